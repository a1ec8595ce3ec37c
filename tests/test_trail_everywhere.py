"""Every module that writes rows leaves lines in the trail, or says here why it need not.

What is saved on the desk leaves its line by itself (`clusters.desk.LeavesTrail`, tests/members/test_trail.py).
"""

import re
from pathlib import Path

from django.conf import settings

WRITES = re.compile(r"\.(save|create|bulk_create|update_or_create|get_or_create|bulk_update|delete)\(")
LEAVES_LINES = re.compile(r"\brecord(_many)?\(|trail\.")
OUTSIDE = (
    "migrations",
    "demo",
    "models",
    "admin",
    "archives",
    "backups",
)  # tables, desk, whole sites at once
NEED_NOT = {
    "clusters/images.py": "writes files, whose rows are others' acts",
    "clusters/editing.py": "its callers say what was changed",
    "clusters/supporters.py": "saved on the desk, which leaves the line",
    "clusters/share_picture.py": "draws a picture",
    "clusters/management/commands/build_assets.py": "writes files",
    "meetings/afterwards.py": "feedback is between a person and the coordinators",
    "meetings/registration/clock.py": "forgets what is not needed any more",
    "meetings/registration/guests.py": "a guest is no member; who came is on the list of the meeting",
    "meetings/slides/document_reader.py": "reads files",
    "meetings/views/my_calendar.py": "a person's own address",
    "members/management/commands/work.py": "says that the worker is alive",
    "members/outbox.py": "mails are a list of their own on the desk",
    "members/views/people.py": "what a person is called and shows is their own",
    "members/referrals.py": "who brought whom is nobody else's",
    "members/interests.py": "who waits for a cluster is nobody else's",
    "members/views/interests.py": "who waits for a cluster is nobody else's",
    "news/digests.py": "mails are a list of their own on the desk",
    "news/forms.py": "a draft is its author's; sending it in leaves the line",
    "members/second_factor.py": "an account is its person's",
    "news/exports.py": "writes files",
}


def modules_that_write():
    for app in ("clusters", "members", "meetings", "news"):
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            name = path.relative_to(settings.BASE_DIR)
            if not set(OUTSIDE) & set(name.parts) and WRITES.search(path.read_text()):
                yield name.as_posix(), path.read_text()


def test_every_module_that_writes_leaves_lines_or_says_why_not():
    silent = {name for name, source in modules_that_write() if not LEAVES_LINES.search(source)}
    assert not silent - set(NEED_NOT), "These write rows and leave no line in the trail."
