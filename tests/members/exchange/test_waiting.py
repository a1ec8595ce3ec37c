"""Introductions that nobody answers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act
from members.exchange import introductions
from members.exchange.waiting import watch
from members.models import Introduction, OutgoingMail

pytestmark = pytest.mark.django_db


def after(days: int) -> None:
    """What the worker does so many days on, each minute of it."""
    now = timezone.now() + timedelta(days=days)
    for _ in range(2):
        watch(now)


def sent(kind: str) -> list:
    return [mail.user for mail in OutgoingMail.objects.filter(kind=kind).order_by("pk")]


def test_the_asked_firm_is_reminded_once_after_a_week(forwarded, tom):
    after(days=6)
    assert sent("introduction-asked") == [tom]
    after(days=7)
    after(days=8)
    assert sent("introduction-asked") == [tom, tom]
    assert OutgoingMail.objects.filter(subject__startswith="Still waiting: Fellside Analytics").count() == 1


def test_the_coordinator_is_reminded_and_then_the_firm_has_its_own_week(requested, coordinator, tom):
    after(days=7)
    assert sent("introduction-forward") == [coordinator, coordinator]
    now = timezone.now() + timedelta(days=8)
    introductions.forward(requested, by=coordinator, now=now)
    watch(now + timedelta(days=6))
    assert sent("introduction-asked") == [tom]
    watch(now + timedelta(days=7))
    assert sent("introduction-asked") == [tom, tom]


def test_after_a_month_it_ends_and_the_asker_hears(forwarded, member, tom, firm, other):
    after(days=30)
    forwarded.refresh_from_db()
    assert forwarded.state == "withdrawn" and not forwarded.is_live
    [mail] = OutgoingMail.objects.filter(kind="introduction-unanswered")
    assert mail.user == member and "did not answer within 30 days" in mail.text
    assert Act.objects.filter(verb="closed the introduction of").count() == 1
    assert sent("introduction-asked") == [tom]  # nobody is reminded of what is over
    with pytest.raises(Refused, match="did not answer within 30 days"):
        introductions.accept(forwarded, by=tom)
    assert introductions.ask(firm, other, by=member, reason="Once more?") != forwarded


def test_what_no_coordinator_passed_on_ends_without_a_word_to_the_asked_firm(requested, member, tom):
    after(days=30)
    requested.refresh_from_db()
    assert "No coordinator passed it on" in requested.ended_because
    assert sent("introduction-unanswered") == [member]
    assert not Introduction.objects.visible_to(tom).exists()


def test_what_was_answered_is_left_alone(accepted):
    after(days=40)
    accepted.refresh_from_db()
    assert accepted.state == "accepted" and accepted.is_live and accepted.reminded_at is None
