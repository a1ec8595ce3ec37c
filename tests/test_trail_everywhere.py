"""Every module that writes rows leaves lines in the trail, or says here why it need not.

What is saved on the desk leaves its line by itself (`clusters.desk.LeavesTrail`, tests/members/test_trail.py).
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from clusters.models import Act

from .access.answers import ELSEWHERE
from .conftest import client_of
from .test_access import ROWS

pytestmark = pytest.mark.django_db
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
    "clusters/files.py": "stores files, whose rows are others' acts",
    "clusters/editing.py": "its callers say what was changed",
    "clusters/supporters.py": "saved on the desk, which leaves the line",
    "clusters/share_picture.py": "draws a picture",
    "clusters/management/commands/build_assets.py": "writes files",
    "meetings/registration/clock.py": "forgets what is not needed any more",
    "meetings/slides/document_reader.py": "reads files",
    "meetings/views/my_calendar.py": "a person's own address",
    "members/management/commands/work.py": "says that the worker is alive",
    "members/outbox.py": "mails are a list of their own on the desk",
    "members/views/people.py": "what a person is called and shows is their own",
    "members/referrals.py": "who brought whom is nobody else's",
    "members/interests.py": "who waits for a cluster is nobody else's",
    "members/views/interests.py": "who waits for a cluster is nobody else's",
    "news/digests.py": "mails are a list of their own on the desk",
    "news/views/stories.py": "a new draft is its author's",
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


POSTS = [
    (name, args, [role for role, answer in expected.items() if answer == ELSEWHERE and role != "visitor"])
    for name, args, method, expected in ROWS
    if method == "post"
]
OWN_TABLES = re.compile(r'^(INSERT INTO|UPDATE|DELETE FROM) "(clusters|members|meetings|news)_')
NEED_NO_LINE = {
    "meetings:answer-no": "who does not come is on the list of the meeting",
    "meetings:stop-coming-to-all": "a person's own habit",
    "meetings:private-calendar-make": "a person's own address",
    "meetings:private-calendar-remove": "a person's own address",
    "members:interest-confirm": "an address without a name, forgotten with the interest",
    "members:interest-remove": "an address without a name, forgotten with the interest",
    "members:referral-link-make": "who brings whom is nobody else's",
}


@pytest.mark.parametrize(
    ("name", "args", "roles"),
    [row for row in POSTS if row[2]],
    ids=[f"{name}-{n}" for n, (name, _, roles) in enumerate(POSTS) if roles],
)
def test_whoever_writes_through_an_address_leaves_a_line(name, args, roles, world):
    url = reverse(name, args=args(world))
    for role in roles:
        client, before = client_of(world.people[role]), Act.objects.count()
        with transaction.atomic(), zeal_ignore():
            with CaptureQueriesContext(connection) as queries:
                client.post(url)
            left = Act.objects.count() > before
            transaction.set_rollback(True)
        wrote = any(OWN_TABLES.match(query["sql"]) for query in queries)
        assert left or not wrote or name in NEED_NO_LINE, role
