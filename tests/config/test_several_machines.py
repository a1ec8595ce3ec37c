"""Two web nodes and two workers behind nginx, on one Postgres through pgbouncer, Redis and a bucket: of each kind one
is killed at work, and nobody but who was being answered by it notices."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import cycle

import pytest
import requests
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.utils import timezone
from PIL import Image

from meetings.models import Registration
from members.models import OutgoingMail, User
from tests import factories, machines
from tests.load import Load, change_firm, signed_in
from tests.members.test_worker import nothing_waits, wait_until

PEOPLE, PLACES, MAILS = 200, 20, 300
PAGES = ("/", "/clusters/lancaster/", "/meetings/", "/companies/", "/faq/")
VISITORS, CROWD = 3, 8  # who ask at any moment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(sink):
    missing = " ".join(machines.missing())
    assert not missing, f"Missing; on Debian, as root: apt-get install {missing}"
    before = who_is_connected()
    site = machines.Machines(connection.settings_dict, sink.url)
    try:
        site.start_shared()
        site.install("one")
        site.copy("one", "two")
        site.wait_for("redis", "pgbouncer", "s3")
        site.make_bucket()
        for name in "one", "two":
            site.start_node(name)
            site.start_worker(f"worker-{name}")
        site.start_nginx("one", "two")
        site.wait_for("one", "two", "nginx")
        yield site
    finally:
        site.close()
        wait_until(lambda: who_is_connected() <= before)  # Postgres takes a moment to see who was killed


def who_is_connected() -> set[int]:
    """The processes of Postgres that serve somebody, and not itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}


def people_of(firm) -> list[User]:
    people = User.objects.bulk_create(
        User(email=f"guest{number}@firm.example", name=f"Person {number}") for number in range(PEOPLE)
    )
    for person in people:
        factories.RepresentativeFactory(company=firm, user=person, role="member")
    return people


def say_password(site, node: str, user: User, password: str, session=requests) -> requests.Response:
    """To one node, as nginx would pass it on."""
    host = site.address("nginx").removeprefix("http://")
    return session.post(
        f"{site.address(node)}/accounts/login/",
        {"login": user.email, "password": password},
        headers={"Host": host, "Origin": f"http://{host}"},
        allow_redirects=False,
        timeout=30,
    )


def sign_in(site, node: str, user: User) -> requests.Session:
    """As a person does, with a password the nodes' own hashers know."""
    User.objects.filter(pk=user.pk).update(
        password=PBKDF2PasswordHasher().encode(factories.PASSWORD, "salt", 1000)
    )
    session = requests.Session()
    answer = say_password(site, node, user, factories.PASSWORD, session)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")
    return session


def seen(site, node: str, path: str) -> requests.Response:
    return requests.get(site.address(node) + path, timeout=30)


def pages_are_true_at_once_everywhere(site, lead, firm) -> None:
    page = f"/companies/{firm.slug}/"
    for number, (here, there) in zip(range(10), cycle([("one", "two"), ("two", "one")])):
        words = f"We made {number} things."
        seen(site, there, page), seen(site, there, page)  # kept there, as it was
        assert change_firm(site.address(here), lead, firm, summary=words).status_code == 302
        assert words in seen(site, there, page).text
        assert words in seen(site, here, page).text


def what_one_node_takes_the_other_shows(site, lead, firm) -> None:
    picture = BytesIO()
    Image.new("RGB", (64, 64), "green").save(picture, "png")
    logo = {"logo": ("logo.png", picture.getvalue(), "image/png")}
    assert change_firm(site.address("one"), lead, firm, files=logo).status_code == 302
    firm.refresh_from_db()
    answer = seen(site, "two", f"/logos/{firm.logo.uid}/large.webp")
    assert answer.status_code == 200
    assert Image.open(BytesIO(answer.content)).format == "WEBP"
    assert not (site.here / "one" / "media").exists()


def limits_count_together(site, person) -> None:
    """allauth's: five wrong passwords for one address in five minutes."""
    for node, _ in zip(cycle(["one", "two"]), range(5)):
        assert say_password(site, node, person, "not this one").status_code == 200
    refused = say_password(site, "two", person, factories.PASSWORD)
    assert refused.status_code == 200
    assert "Too many tries" in refused.text


def failures_are_of_who_was_being_answered(site, load, node: str, killed: tuple[float, float]) -> None:
    """`killed`: from when to when."""
    log = [line.split(" ", 2) for line in (site.shared / "asked.log").read_text().splitlines()]
    answered_by = {number: servers for number, _, servers in log}
    address = f"127.0.0.1:{site.ports[node]}"
    for failure in load.failed:
        assert failure.began <= killed[1] and killed[0] <= failure.ended, failure
        assert answered_by[failure.number].split(", ")[-1] == address, failure


def what_the_killed_worker_had_in_hand() -> list[str]:
    """Message-IDs. The lease of what it had taken holds; the other worker sends all else."""
    wait_until(lambda: not OutgoingMail.objects.due().exists(), 60)
    time.sleep(1)  # the last of the other's is marked
    return list(OutgoingMail.objects.filter(state="waiting").values_list("message_id", flat=True))


def each_mail_went_once(sink, in_hand: list[str]) -> None:
    """But for what was `in_hand`, which may have gone once more."""
    times = Counter(letter["Message-ID"] for letter in sink.letters)
    mails = dict(OutgoingMail.objects.values_list("message_id", "attempts"))
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {OutgoingMail.State.SENT}
    assert set(times) == set(mails)
    assert {number for number, count in times.items() if count > 1} <= set(in_hand)
    assert all(times[number] <= mails[number] for number in mails)
    assert {number for number, attempts in mails.items() if attempts > 1} == set(in_hand)


def test_a_node_and_a_worker_killed_at_work_are_missed_by_nobody_else(site, sink, lancaster, firm, member):
    meeting = factories.MeetingFactory(cluster=lancaster, capacity=PLACES)
    sessions = [signed_in(person) for person in people_of(firm)]
    lead = sign_in(site, "one", member)
    assert seen(site, "two", "/me/").url.endswith("next=/me/")
    assert lead.get(f"{site.address('two')}/me/", allow_redirects=False).status_code == 200
    pages_are_true_at_once_everywhere(site, lead, firm)
    what_one_node_takes_the_other_shows(site, lead, firm)
    limits_count_together(site, member)

    sink.delay = 0.02
    OutgoingMail.objects.bulk_create(
        factories.OutgoingMailFactory.build(to=f"reader{number}@firm.example", to_many=True)
        for number in range(MAILS)
    )
    load = Load(site.address("nginx"))
    first_answers = threading.Semaphore(0)

    def come(session) -> bool:
        with session:
            done = load.ask(session, "POST", f"/meetings/{meeting.pk}/answer/wait/") == 302
            first_answers.release()
            return done or load.ask(session, "POST", f"/meetings/{meeting.pk}/answer/wait/") == 302

    with load.visitors(VISITORS, PAGES), ThreadPoolExecutor(CROWD) as crowd:
        coming = [crowd.submit(come, session) for session in sessions]
        for _ in range(PEOPLE // 4):
            assert first_answers.acquire(timeout=60)
        began_to_kill = time.time()
        site.kill("one")
        dead = time.time()
        site.kill("worker-one")
        assert all(one.result() for one in coming)

    failures_are_of_who_was_being_answered(site, load, "one", (began_to_kill, dead))
    answers = Registration.objects.filter(meeting=meeting)
    assert answers.seated().count() == PLACES
    queue = list(answers.in_line().values_list("queue_number", flat=True))
    assert queue == list(range(1, PEOPLE - PLACES + 1))
    assert lead.get(f"{site.address('nginx')}/me/", allow_redirects=False).status_code == 200

    sink.delay = 0
    in_hand = what_the_killed_worker_had_in_hand()
    assert len(in_hand) <= 1
    OutgoingMail.objects.filter(message_id__in=in_hand).update(due_at=timezone.now())  # its lease runs out
    wait_until(nothing_waits)
    each_mail_went_once(sink, in_hand)
