from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Topic
from meetings import agendas, proposals
from meetings.models import AgendaProposal, Meeting, TemplateItem, TopicWish
from members.models import Membership
from tests import factories
from tests.conftest import client_of
from tests.members.at_once import at_once
from tests.pages import text_of

PAGE = "meetings:proposal-list"


@pytest.fixture
def meeting(lancaster):
    meeting = factories.MeetingFactory(cluster=lancaster, state=Meeting.State.DRAFT)
    agendas.draft(meeting)
    return meeting


@pytest.fixture
def proposal(lancaster, firm):
    return factories.AgendaProposalFactory(
        cluster=lancaster, company=firm, title="Leaving a cloud", minutes=15
    )


@pytest.fixture
def topic(lancaster):
    return factories.TopicFactory(cluster=lancaster, name="Sharing an apprentice")


def titles(meeting):
    return [item.title for item in meeting.agenda.all()]


# --- members ----------------------------------------------------------------------------------------
def test_a_member_suggests_and_finds_it_among_what_waits(as_member, lancaster, firm, member, topic):
    form = {
        "company": firm.pk,
        "title": "Leaving a cloud",
        "summary": "What it cost.",
        "minutes": 25,
        "topic": topic.pk,
        "presents": "on",
    }
    page = text_of(as_member.post(reverse(PAGE, args=[lancaster.slug]), form, follow=True))
    assert "Thank you." in page
    assert "25 minutes, Sharing an apprentice. Fellside Analytics would present it" in page
    assert AgendaProposal.objects.get().proposed_by == member


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "Say in a few words"),
        ({"minutes": "9000"}, "less than or equal to 240"),
        ({"minutes": ""}, "Say how many minutes"),
        ({"topic": "999999"}, "Select a valid choice"),
        ({"company": "999999"}, "Select a valid choice"),
        ({"title": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_field_and_kept(as_member, lancaster, firm, change, sentence):
    form = {"company": firm.pk, "title": "Leaving a cloud", "summary": "Kept words", "minutes": 20, **change}
    answer = as_member.post(reverse(PAGE, args=[lancaster.slug]), form)
    assert answer.status_code == 200
    assert sentence in text_of(answer) and "Kept words" in text_of(answer)
    assert not AgendaProposal.objects.exists()


def test_a_firm_has_five_suggestions_waiting_at_most(lancaster, firm, member):
    for _ in range(5):
        proposals.suggest(lancaster, firm, by=member, title="More")
    with pytest.raises(Refused, match="5 suggestions of Fellside Analytics are waiting"):
        proposals.suggest(lancaster, firm, by=member, title="One too many")
    proposals.take_back(AgendaProposal.objects.first(), by=member)
    proposals.suggest(lancaster, firm, by=member, title="Room again")


@pytest.mark.django_db(transaction=True)
def test_two_tabs_do_not_make_six(lancaster, firm, member):
    factories.AgendaProposalFactory.create_batch(4, cluster=lancaster, company=firm)
    made = at_once(*[lambda: proposals.suggest(lancaster, firm, by=member, title="The fifth")] * 2)
    assert {type(answer) for answer in made} == {AgendaProposal, Refused}
    assert AgendaProposal.objects.count() == 5


def test_who_left_suggests_no_more(lancaster, firm, member, as_member):
    Membership.objects.update(state=Membership.State.LEFT)
    assert as_member.get(reverse(PAGE, args=[lancaster.slug])).status_code == 403
    with pytest.raises(Refused, match="not a member"):
        proposals.suggest(lancaster, firm, by=member, title="Me again")


def test_only_the_own_firm_takes_back(as_member, lancaster, proposal):
    url = reverse("meetings:proposal-take-back", args=[proposal.pk])
    fellow = factories.RepresentativeFactory(
        company=factories.MembershipFactory(cluster=lancaster).company
    ).user
    assert client_of(fellow).post(url).status_code == 403
    assert "Taken back." in text_of(as_member.post(url, follow=True))
    assert not AgendaProposal.objects.exists()


def test_wishes_count_once_for_each_firm_and_stop_with_its_membership(as_member, lancaster, firm, topic):
    other = factories.MembershipFactory(cluster=lancaster)
    factories.TopicWishFactory(topic=topic, company=other.company)
    for _ in range(2):
        as_member.post(reverse("meetings:topic-wish", args=[topic.pk]))
    public = text_of(as_member.get(lancaster.get_absolute_url()))
    assert "Sharing an apprentice Technology 2 firms" in public and "Add yours" in public
    Membership.objects.filter(pk=other.pk).update(state=Membership.State.LEFT)
    assert Topic.objects.with_wanted().get().wanted == 1
    as_member.post(reverse("meetings:topic-unwish", args=[topic.pk]))
    assert TopicWish.objects.get().company == other.company


def test_the_desk_shows_what_is_most_wanted_beside_the_agenda(as_coordinator, meeting, topic):
    factories.TopicWishFactory(
        topic=topic, company=factories.MembershipFactory(cluster=topic.cluster).company
    )
    page = as_coordinator.get(reverse("admin:meetings_meeting_change", args=[meeting.pk]))
    assert "Most wanted topics: Sharing an apprentice (1 firm)." in text_of(page)


def test_strangers_see_the_numbers_and_nothing_else(client, lancaster, topic, proposal, meeting):
    factories.TopicWishFactory(topic=topic, company=factories.MembershipFactory(cluster=lancaster).company)
    page = text_of(client.get(lancaster.get_absolute_url()))
    assert "Sharing an apprentice Technology 1 firm" in page
    assert "Leaving a cloud" not in page and "Add yours" not in page


# --- the coordinator --------------------------------------------------------------------------------
def decide(client, meeting, proposal, what):
    return client.post(
        reverse("admin:meetings_meeting_proposal", args=[meeting.pk, proposal.pk, what]), follow=True
    )


def test_one_button_takes_it_before_the_closing_items(as_coordinator, meeting, proposal, firm):
    page = text_of(as_coordinator.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])))
    assert "Leaving a cloud, 15 minutes, Fellside Analytics" in page
    assert "is on the agenda" in text_of(decide(as_coordinator, meeting, proposal, "take"))
    assert titles(meeting)[-4:] == [
        "Leaving a cloud",
        "Business opportunities",
        "Next turn",
        "Any other business",
    ]
    item = meeting.agenda.get(title="Leaving a cloud")
    assert (item.kind, item.minutes, item.company) == ("discussion", 15, None)
    assert "on an agenda already" in text_of(decide(as_coordinator, meeting, proposal, "take"))
    assert titles(meeting).count("Leaving a cloud") == 1


def test_set_aside_it_no_longer_waits(as_coordinator, meeting, proposal, lancaster):
    decide(as_coordinator, meeting, proposal, "set-aside")
    assert not lancaster.proposals.open().exists()
    assert "set aside already" in text_of(decide(as_coordinator, meeting, proposal, "take"))


def test_taken_off_the_agenda_or_called_off_with_its_meeting_it_waits_again(
    meeting, proposal, coordinator, lancaster
):
    proposals.take(proposal, meeting, by=coordinator).delete()
    assert proposal in lancaster.proposals.open()
    proposals.take(proposal, meeting, by=coordinator)
    assert proposal not in lancaster.proposals.open()
    agendas.call_off(meeting, by=coordinator, because="Snow.")
    assert proposal in lancaster.proposals.open()


def test_a_strange_coordinator_takes_nothing(as_other_coordinator, meeting, proposal, furness):
    theirs = factories.MeetingFactory(cluster=furness, state=Meeting.State.DRAFT)
    for one in (meeting, theirs):
        assert decide(as_other_coordinator, one, proposal, "take").status_code in (302, 404)
    assert as_other_coordinator.get(
        reverse("admin:meetings_meeting_proposal", args=[theirs.pk, proposal.pk, "take"])
    ).status_code in (404, 405)
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_what_was_left_unfinished_waits_for_the_next_meeting(lancaster, firm, coordinator, meeting):
    start = timezone.now() - timedelta(days=2)
    over = factories.MeetingFactory(cluster=lancaster, starts_at=start, state=Meeting.State.HELD)
    item = factories.AgendaItemFactory(
        meeting=over,
        kind="talk",
        title="Pricing",
        minutes=30,
        company=firm,
        presenter_name="Jo",
        unfinished=True,
    )
    for _ in range(2):
        proposals.carry_over(over, by=coordinator)
    proposal = lancaster.proposals.open().get()
    taken = proposals.take(proposal, meeting, by=coordinator)
    assert (taken.kind, taken.title, taken.company, taken.presenter_name) == ("talk", "Pricing", firm, "Jo")
    item.unfinished = False
    item.save()
    proposals.carry_over(over, by=coordinator)
    assert AgendaProposal.objects.count() == 1  # it is on an agenda; the coordinator takes it off there
    taken.delete()
    proposals.carry_over(over, by=coordinator)
    assert not AgendaProposal.objects.exists()


# --- the usual agenda -------------------------------------------------------------------------------
def template_form(*lines):
    form = {"template_items-TOTAL_FORMS": len(lines), "template_items-INITIAL_FORMS": 0}
    for number, (kind, minutes) in enumerate(lines):
        line = {
            "position": number * 10,
            "minutes": minutes,
            "kind": kind,
            "title": f"A {kind}",
            "summary": "",
        }
        form |= {f"template_items-{number}-{name}": value for name, value in line.items()}
    return form


def test_the_usual_agenda_is_written_on_the_desk(as_coordinator, lancaster):
    url = reverse("admin:meetings_usualagenda_change", args=[lancaster.pk])
    as_coordinator.post(url, template_form(("welcome", 10), ("showcase", 20), ("talk", 60)))
    assert [line.kind for line in lancaster.template_items.all()] == ["welcome", "showcase", "talk"]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([("talk", 101)], "That makes 121 minutes, with 20 for the chair's showcase."),
        ([("talk", 101), ("showcase", 20)], "That makes 121 minutes. Meetings here usually take 120."),
        ([("showcase", 25)], "one showcase, and it takes 20 minutes"),
        ([("showcase", 20), ("showcase", 20)], "one showcase"),
    ],
)
def test_a_usual_agenda_that_does_not_fit_is_refused(as_coordinator, lancaster, lines, sentence):
    url = reverse("admin:meetings_usualagenda_change", args=[lancaster.pk])
    assert sentence in text_of(as_coordinator.post(url, template_form(*lines)))
    assert not TemplateItem.objects.exists()
