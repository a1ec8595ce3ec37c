"""Two coordinators press the button at the same moment: two connections, two real transactions."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from clusters.errors import Refused
from meetings import agendas
from meetings.models import AgendaEdition, Duty, Meeting
from meetings.turns import duties
from members.models import OutgoingMail
from tests.factories import MeetingFactory, MembershipFactory, RepresentativeFactory, VenueFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts) -> list:
    """Start the acts together, each in a thread of its own; what each returned or was refused with."""
    barrier, outcomes = Barrier(len(acts)), []

    def run(act):
        try:
            barrier.wait()
            outcomes.append(act())
        except Refused as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def ready(lancaster, firm, member, coordinator):
    meeting = MeetingFactory(cluster=lancaster, state="draft", venue=VenueFactory(cluster=lancaster))
    agendas.draft(meeting)
    duties.assign(meeting, "chair", firm, by=coordinator)
    for _ in range(5):
        RepresentativeFactory(company=firm, role="member")
    return meeting


def publish(pk, user):
    return lambda: agendas.publish(Meeting.objects.get(pk=pk), by=user)


@pytest.mark.parametrize("round_", range(5))
def test_one_edition_and_one_mail_for_each_member(ready, coordinator, officer, round_):
    outcomes = at_once(publish(ready.pk, coordinator), publish(ready.pk, officer))
    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Refused)) == [Refused]
    assert AgendaEdition.objects.count() == 1
    sent = OutgoingMail.objects.filter(kind="agenda")
    assert sent.count() == sent.values("user").distinct().count() == 6


def test_one_set_of_changes(ready, coordinator, officer):
    agendas.publish(ready, by=coordinator)
    ready.agenda.filter(kind="talk").update(minutes=30)
    at_once(publish(ready.pk, coordinator), publish(ready.pk, officer))
    assert AgendaEdition.objects.count() == 2
    assert OutgoingMail.objects.filter(kind="agenda-changes").count() == 6


def test_two_chairs_given_at_once_leave_one_with_its_showcase(ready, lancaster, coordinator, officer):
    rivals = [MembershipFactory(cluster=lancaster).company for _ in range(2)]
    at_once(
        *(
            lambda firm=firm: duties.assign(Meeting.objects.get(pk=ready.pk), "chair", firm, by=coordinator)
            for firm in rivals
        )
    )
    chair = ready.agreed_company(Duty.Role.CHAIR)
    assert chair in rivals
    assert ready.agenda.get(kind="showcase").company == chair
    assert ready.duties.filter(state__in=Duty.OPEN).count() == 1
