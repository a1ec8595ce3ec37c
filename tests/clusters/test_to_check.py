"""What jobs of the worker hear of: nothing that changes is missed, and what did not change is not looked at."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from clusters import to_check
from clusters.changes import watch_tables
from clusters.models import Cluster
from meetings.models import Duty, Meeting
from meetings.slides import presentations
from meetings.turns import turns
from members.models import Company, Interest, Membership, OutgoingMail, Representative, User
from tests import factories

committed = pytest.mark.django_db(transaction=True)
JOBS = ("turns", "people", "names", "interests")


def noted() -> set[tuple[str, str]]:
    """What each job would look at; taken."""
    return {(job, about) for job in JOBS for about in to_check.take(job)}


@pytest.fixture
def turn(db):
    duty = factories.DutyFactory(state=Duty.State.ACCEPTED)
    factories.RepresentativeFactory(company=duty.company)
    factories.PresentationFactory(meeting=duty.meeting, company=duty.company)
    noted()
    return duty


@pytest.mark.parametrize(
    ("act", "heard"),
    [
        (lambda: Membership.objects.update(state="left"), {("turns", "company"), ("people", "company")}),
        (lambda: Membership.objects.all().delete(), {("turns", "company"), ("people", "company")}),
        (
            lambda: Company.objects.update(frozen_at=timezone.now(), frozen_reason="other"),
            {("turns", "company"), ("people", "company")},
        ),
        (lambda: Company.objects.update(name="Anew"), {("names", "company")}),
        (lambda: Company.objects.update(about="Anew"), set()),
        (lambda: User.objects.update(is_active=False), {("turns", "user"), ("people", "user")}),
        (lambda: User.objects.update(last_login=timezone.now()), set()),
        (
            lambda: Representative.objects.update(state="ended"),
            {("turns", "company"), ("people", "company")},
        ),
        (lambda: Meeting.objects.update(state="cancelled"), {("turns", "meeting")}),
        (lambda: Meeting.objects.update(notes="Anew"), set()),
        (lambda: Duty.objects.update(state="withdrawn"), {("turns", "company")}),
        (lambda: Cluster.objects.update(latitude=52), {("interests", "cluster")}),
        (lambda: factories.OutgoingMailFactory(bounced=True), {("people", "address")}),
        (lambda: factories.OutgoingMailFactory(), set()),
        (lambda: OutgoingMail.objects.update(state="sent"), set()),
        (lambda: factories.InterestFactory(confirmed_at=None), set()),
        (
            lambda: Interest.objects.create(email="a@b.example", district="LA1", confirmed_at=timezone.now()),
            {("interests", "interest")},
        ),
    ],
)
def test_a_job_hears_of_what_concerns_it_and_of_nothing_else(act, heard, turn):
    factories.MembershipFactory(company=turn.company, cluster=turn.meeting.cluster)
    noted()
    act()
    assert noted() == heard
    assert noted() == set()


def test_what_is_truncated_is_heard_of_too(turn):
    factories.MembershipFactory(company=turn.company, cluster=turn.meeting.cluster)
    noted()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits to be checked keeps a table from it
        cursor.execute("TRUNCATE members_membership CASCADE")
    assert to_check.take("turns")["company"] == [str(turn.company_id)]


def test_a_look_takes_no_more_than_so_many_and_the_rest_is_there_for_the_next(monkeypatch, db):
    noted()
    first, second, third = (str(factories.CompanyFactory().pk) for _ in range(3))
    to_check.take("turns"), to_check.take("people")
    monkeypatch.setattr(to_check, "MOST", 2)
    assert to_check.is_much_left()
    assert to_check.take("names")["company"] == [first, second]
    assert not to_check.is_much_left()
    assert to_check.take("names")["company"] == [third]
    assert not to_check.take("names")


@committed
def test_what_is_taken_back_is_there_for_the_next_look():
    factories.CompanyFactory()
    with transaction.atomic():
        assert to_check.take("names")
        transaction.set_rollback(True)
    assert to_check.take("names") and not to_check.take("names")
    with transaction.atomic():
        Company.objects.update(name="Anew")
        transaction.set_rollback(True)
    assert not to_check.take("names")


@committed
def test_what_commits_after_a_look_is_looked_at_in_the_next(other):
    """Somebody is let go in a transaction that is still open while the job runs."""
    duty = factories.DutyFactory(state=Duty.State.ACCEPTED, decided_by=None)
    factories.MembershipFactory(company=duty.company, cluster=duty.meeting.cluster)
    factories.RepresentativeFactory(company=duty.company)
    turns.release_absent()
    with other.cursor() as cursor:
        cursor.execute("UPDATE members_membership SET state = 'left'")
        assert turns.release_absent() == 0
        other.commit()
    assert turns.release_absent() == 1


@committed
def test_what_was_there_before_the_triggers_is_looked_at_too():
    talk = factories.PresentationFactory()
    while presentations.keep_names():
        pass
    with connection.cursor() as cursor:
        for name in names_of_triggers(cursor, "meetings_presentation"):
            cursor.execute(f"DROP TRIGGER {name} ON meetings_presentation")
    type(talk).objects.update(names="Nobody")
    assert presentations.keep_names() == 0
    watch_tables("default")
    assert presentations.keep_names() == 1


def names_of_triggers(cursor, table: str) -> list[str]:
    cursor.execute(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'note_change_%%'", [table]
    )
    return [name for (name,) in cursor.fetchall()]
