"""The demo content on other days than the one of test_demo.py."""

from datetime import date

import pytest

from clusters.models import Cluster
from meetings import agendas
from meetings.models import Duty, Meeting, Registration
from members.models import Membership
from news.models import Article

pytestmark = pytest.mark.django_db

CHRISTMAS = date(2026, 12, 25)
MEETING_DAY = date(2027, 1, 21)  # third Thursday: Lancaster & Morecambe meets


def facts() -> list:
    return [
        list(
            Meeting.objects.order_by("uid").values_list("uid", "title", "state", "starts_at", "venue__name")
        ),
        sorted(Duty.objects.values_list("meeting__uid", "role", "company__name", "state")),
        sorted(Membership.objects.values_list("cluster__slug", "company__name", "state", "applied_at")),
        sorted(Registration.objects.values_list("meeting__uid", "user__email", "name", "state"), key=str),
        sorted(Article.objects.values_list("slug", "published_at"), key=str),
    ]


def test_the_same_day_gives_the_same_content_and_meetings_ahead_whatever_the_day(demo_on):
    with demo_on(CHRISTMAS):
        once = facts()
    with demo_on(CHRISTMAS):
        assert facts() == once
        for cluster in Cluster.objects.filter(state=Cluster.State.ACTIVE):
            assert not agendas.problems(cluster.meetings.filter(kind="meeting").upcoming().first())


def test_a_meeting_of_today_and_the_one_after_it_have_their_agendas(demo_on):
    with demo_on(MEETING_DAY):
        ahead = Cluster.objects.get(slug="lancaster").meetings.upcoming()
        today, following = ahead[:2]
        assert today.starts_at.date() == MEETING_DAY
        assert today.state == Meeting.State.PUBLISHED
        assert today.editions.exists() and following.editions.exists()
