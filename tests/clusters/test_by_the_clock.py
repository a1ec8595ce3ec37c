"""A kept page knows when it becomes another one though nobody changes anything."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from clusters import fragments, kept_figures, limits
from clusters.models import Support
from meetings.models import AgendaItem, Duty, Meeting
from members.models import Drive
from news.models import Article
from tests import factories
from tests.access.world import places_and_people, world_of
from tests.clusters.test_visitors_pages import Server, client_behind
from tests.kept_pages import kept_pages


@pytest.fixture
def what_turns(transactional_db, settings, tmp_path):
    """Of everything that begins or ends by itself one that does so within two days."""
    settings.MEDIA_ROOT = tmp_path
    world = world_of(*places_and_people())
    now, today = timezone.now(), timezone.localdate()
    ours, cluster, firm = world.association, world.cluster, world.firm
    soon = factories.MeetingFactory(
        cluster=cluster,
        title="Tides and data",
        kind=Meeting.Kind.PUBLIC,
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=3),
        state=Meeting.State.PUBLISHED,
    )
    factories.AgendaItemFactory(meeting=soon, kind=AgendaItem.Kind.SHOWCASE)
    factories.DutyFactory(meeting=soon, company=firm, role=Duty.Role.CHAIR, state=Duty.State.FULFILLED)
    factories.MeetingFactory(
        cluster=cluster,
        starts_at=now + timedelta(hours=30),
        ends_at=now + timedelta(hours=31),
        state=Meeting.State.CANCELLED,
        called_off_because="Snow",
    )
    factories.ArticleFactory(
        association=ours, published_at=now + timedelta(hours=5), state=Article.State.PUBLISHED
    )
    factories.OfficerFactory(cluster=cluster, end=today)
    factories.OfficerFactory(cluster=cluster, start=today + timedelta(days=1))
    Support.objects.update(end=today)
    factories.SupportFactory(cluster=cluster, start=today + timedelta(days=2))
    drive = world.drive
    Drive.objects.filter(pk=drive.pk).update(
        state=Drive.State.RUNNING, start=today - timedelta(days=60), end=today + timedelta(days=1)
    )
    joined = factories.MembershipFactory(cluster=cluster)
    type(joined).objects.filter(pk=joined.pk).update(joined_at=now - timedelta(weeks=4) + timedelta(hours=7))
    return world


HOURS = [0, 0.999, 1.001, 2.999, 3.001, 4.999, 5.001, 7.001, 24, 31.001, 48]


def test_at_any_time_it_is_the_page_that_would_be_made_then(what_turns):
    visitor, start = client_behind(Server()), timezone.now()
    pages = kept_pages(what_turns)
    changed = set()
    with time_machine.travel(start, tick=False) as clock:
        before: dict[str, bytes] = {}
        for hours in HOURS:
            clock.move_to(start + timedelta(hours=hours))
            limits.forget()
            served = {page: visitor.get(page).content for page in pages}
            for page, body in served.items():
                assert body == made_now(page), f"{page} after {hours} hours"
            changed |= {page for page in before if before[page] != served[page]}
            before = served
    assert visitor.handler.asked < len(pages) * len(HOURS) / 2, "they are made again and again"
    assert len(changed) > 15


def made_now(page: str) -> bytes:
    """From nothing that was kept."""
    kept_figures.forget_all()
    fragments.forget_all()
    return client_behind(Server()).get(page).content
