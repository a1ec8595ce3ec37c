"""What is kept too long is forgotten, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from clusters.models import Act
from meetings.models import Registration
from members.models import Membership, OutgoingMail, User
from news import retention
from tests import factories

pytestmark = pytest.mark.django_db


def ago(**units):
    return timezone.now() - timedelta(**units)


def at_meeting(days, **facts):
    meeting = factories.MeetingFactory(starts_at=ago(days=days), ends_at=ago(days=days) + timedelta(hours=2))
    return factories.RegistrationFactory(meeting=meeting, **facts)


def test_guests_are_forgotten_after_a_year_and_still_count():
    old = at_meeting(420, user=None, name="Old Guest", email="old@guest.example", state="no-show")
    walked_in = at_meeting(420, user=None, name="From the Door", email="", state="attended")
    new = at_meeting(300, user=None, name="New Guest", email="new@guest.example", state="attended")
    expected = set(Registration.objects.expected().values_list("pk", flat=True))
    retention.forget()
    for row in (old, walked_in, new):
        row.refresh_from_db()
    assert (old.name, old.email) == ("", f"guest-{old.pk}@forgotten.invalid")
    assert (walked_in.name, walked_in.email) == ("", "")
    assert (new.name, new.email) == ("New Guest", "new@guest.example")
    assert set(Registration.objects.expected().values_list("pk", flat=True)) == expected


def test_needs_go_after_thirty_days_and_unconfirmed_guests_with_the_meeting():
    old, new = at_meeting(40, needs="A ramp"), at_meeting(20, needs="A ramp")
    awaiting = at_meeting(1, user=None, name="Typed", email="typed@x.example", state="awaiting")
    retention.forget()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.needs, new.needs) == ("", "A ramp")
    assert not Registration.objects.filter(pk=awaiting.pk).exists()


def test_unanswered_applications_lapse_and_words_of_rejected_firms_go():
    waiting = factories.MembershipFactory(state="applied", applied_at=ago(days=400), message="Let us in")
    fresh = factories.MembershipFactory(state="applied", applied_at=ago(days=300), message="Let us in")
    rejected = factories.MembershipFactory(
        state="rejected", ended_at=ago(days=400), message="Please", decision="You sell insurance."
    )
    retention.forget()
    for row in (waiting, fresh, rejected):
        row.refresh_from_db()
    assert (waiting.state, waiting.message) == (Membership.State.LEFT, "")
    assert Act.objects.filter(verb="let lapse", subject_id=waiting.pk).exists()
    assert (fresh.state, fresh.message) == (Membership.State.APPLIED, "Let us in")
    assert (rejected.message, rejected.decision) == ("", "")


def test_comments_that_may_be_quoted_stay():
    quiet = factories.FeedbackFactory(given_at=ago(days=800), comment="Cold room")
    quoted = factories.FeedbackFactory(given_at=ago(days=800), comment="Fine talk", may_quote=True)
    retention.forget()
    quiet.refresh_from_db()
    quoted.refresh_from_db()
    assert (quiet.comment, quoted.comment) == ("", "Fine talk")


def test_unused_accounts_old_mails_and_sessions_go():
    unused = factories.UserFactory(date_joined=ago(days=40), verified=False)
    invited = factories.UserFactory(date_joined=ago(days=40))
    old_mail = factories.OutgoingMailFactory(created_at=ago(days=420), state="sent")
    waiting = factories.OutgoingMailFactory(created_at=ago(days=420), state="waiting")
    Session.objects.create(session_key="old", session_data="x", expire_date=ago(days=1))
    retention.forget()
    assert not User.objects.filter(pk=unused.pk).exists()
    assert User.objects.filter(pk=invited.pk).exists()
    assert list(OutgoingMail.objects.filter(pk__in=[old_mail.pk, waiting.pk])) == [waiting]
    assert not Session.objects.exists()


def test_a_dry_run_counts_and_changes_nothing(capsys):
    row = at_meeting(40, needs="A ramp")
    call_command("forget", "--dry-run")
    said = capsys.readouterr().out
    assert "      1  Access needs and diets (kept: 30 days after the meeting)" in said
    assert "Forgotten." not in said
    row.refresh_from_db()
    assert row.needs == "A ramp"
    call_command("forget")
    row.refresh_from_db()
    assert row.needs == ""


def test_a_rule_that_fails_hinders_no_other():
    row = at_meeting(40, needs="A ramp")
    broken = retention.Rule("Broken", "never", "", lambda now: 1 / 0, retention.delete)
    retention.forget(rules=[broken, *retention.RULES])
    row.refresh_from_db()
    assert row.needs == ""


def test_the_register_says_each_rule():
    register = (Path(settings.BASE_DIR) / "docs" / "data-protection.md").read_text()
    for rule in retention.RULES:
        assert f"| {rule.what} | {rule.kept} | {rule.why} |" in register


def test_of_all_workers_the_first_in_an_hour_does_it():
    cache.delete("retention")
    early = at_meeting(40, needs="A ramp")
    retention.forget_each_hour()
    late = at_meeting(40, needs="No nuts")
    retention.forget_each_hour()
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.needs, late.needs) == ("", "No nuts")
