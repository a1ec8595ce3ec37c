from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.models import Act, Cluster
from meetings import resting
from meetings.models import Meeting
from members.models import OutgoingMail
from tests import factories

REST = "/admin/clusters/cluster/{}/act/rest/"


@pytest.fixture
def ahead(lancaster):
    return factories.MeetingFactory(cluster=lancaster, starts_at=timezone.now() + timedelta(days=9))


def test_the_consequences_are_told_beforehand(lancaster, member, ahead, as_coordinator):
    page = as_coordinator.get(REST.format(lancaster.pk)).content.decode()
    assert "one person hears of it by mail, once. One meeting is ahead." in page
    assert "take place all the same" in page


def test_members_are_told_once_and_the_page_says_whom_to_ask(
    lancaster, member, coordinator, as_coordinator, client
):
    for _ in range(2):
        as_coordinator.post(REST.format(lancaster.pk), {"word": "Back in spring, I hope."})
    [mail] = OutgoingMail.objects.all()
    assert mail.user == member
    assert "Back in spring, I hope." in mail.text
    assert "Back in spring, I hope." in mail.html
    assert Act.objects.get(verb="put to rest").actor == coordinator
    assert "is resting" in client.get("/clusters/lancaster/").content.decode()


def test_meetings_ahead_are_called_off_and_nobody_hears_twice(lancaster, member, ahead, coordinator):
    factories.RegistrationFactory(meeting=ahead, user=member)
    other = factories.RepresentativeFactory(
        company=factories.MembershipFactory(cluster=lancaster).company
    ).user
    assert resting.rest(lancaster, by=coordinator, call_off=True, word="Back in spring.") == 2
    ahead.refresh_from_db()
    assert ahead.state == Meeting.State.CANCELLED
    mails = {mail.user: mail.subject for mail in OutgoingMail.objects.all()}
    assert len(mails) == OutgoingMail.objects.count() == 2
    assert mails[member].startswith("Called off")
    assert mails[other] == "Lancaster & Morecambe rests for now"


def test_meetings_ahead_may_take_place_all_the_same(lancaster, ahead, as_coordinator):
    as_coordinator.post(REST.format(lancaster.pk), {"meetings": "keep", "word": ""})
    ahead.refresh_from_db()
    assert ahead.state == Meeting.State.PUBLISHED
    assert Cluster.objects.get().state == Cluster.State.RESTING


def test_the_coordinator_alone_starts_it_again(lancaster, member, as_coordinator, as_other_coordinator):
    Cluster.objects.filter(pk=lancaster.pk).update(state=Cluster.State.RESTING)
    start = f"/admin/clusters/cluster/{lancaster.pk}/act/start/"
    assert as_other_coordinator.post(start).status_code in (302, 404)
    assert not OutgoingMail.objects.exists()
    for _ in range(2):
        as_coordinator.post(start)
    lancaster.refresh_from_db()
    assert lancaster.state == Cluster.State.ACTIVE
    assert OutgoingMail.objects.get().subject == "Lancaster & Morecambe meets again"


def test_a_forming_cluster_starts_without_a_mail(lancaster, member, coordinator):
    Cluster.objects.filter(pk=lancaster.pk).update(state=Cluster.State.FORMING)
    assert resting.start(lancaster, by=coordinator) == 0
    assert not OutgoingMail.objects.exists()
