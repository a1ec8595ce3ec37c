from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act
from members import memberships
from members.exchange import endings, introductions, opportunities
from members.exchange.introductions import MOST_A_DAY, MOST_MESSAGES_A_DAY, MOST_UNANSWERED
from members.models import Block, Company, Introduction, Membership, OutgoingMail
from tests import factories

pytestmark = pytest.mark.django_db

State = Introduction.State


def mails(kind):
    return OutgoingMail.objects.filter(kind=kind)


def state_of(introduction) -> str:
    return Introduction.objects.get(pk=introduction.pk).state


def willing(firm, how):
    Company.objects.filter(pk=firm.pk).update(introductions=how)


class TestAsking:
    def test_goes_to_the_coordinator_of_a_cluster_that_both_are_in(
        self, requested, lancaster, coordinator, other, tom
    ):
        assert (requested.state, requested.via, requested.cluster) == ("requested", "coordinator", lancaster)
        assert mails("introduction-forward").get().to == coordinator.email
        assert not mails("introduction-asked").exists()
        assert not Introduction.objects.visible_to(tom).exists()

    def test_else_of_the_asked_firms_cluster(self, firm, member, furness, other_coordinator):
        walney = factories.RepresentativeFactory(
            company=factories.MembershipFactory(cluster=furness).company
        ).company
        assert introductions.ask(firm, walney, by=member, reason="Why not.").cluster == furness
        assert mails("introduction-forward").get().to == other_coordinator.email

    def test_without_any_coordinator_the_operator_hears(self, firm, member, other, tom, operator):
        introductions.ask(firm, other, by=member, reason="Why not.")
        assert mails("introduction-forward").get().to == operator.email

    def test_goes_straight_to_a_firm_that_lets_members_write(self, firm, member, other, tom, coordinator):
        willing(other, "direct")
        asked = introductions.ask(firm, other, by=member, reason="Why not.")
        assert (asked.state, asked.via) == ("forwarded", "direct")
        assert mails("introduction-asked").get().to == tom.email
        assert not mails("introduction-forward").exists()

    def test_or_through_the_coordinator_if_one_likes(self, firm, member, other, tom, coordinator):
        willing(other, "direct")
        asked = introductions.ask(firm, other, by=member, reason="Why not.", through_coordinator=True)
        assert asked.state == State.REQUESTED

    def test_by_the_coordinator_needs_no_second_look(self, firm, other, tom, lancaster):
        both = factories.RepresentativeFactory(company=firm).user
        factories.OfficerFactory(cluster=lancaster, user=both)
        assert introductions.ask(firm, other, by=both, reason="Why not.").state == State.FORWARDED

    def test_a_second_time_gives_the_same_and_mails_nobody(self, requested, firm, member, other):
        assert introductions.ask(firm, other, by=member, reason="Again.") == requested
        assert Introduction.objects.count() == mails("introduction-forward").count() == 1

    def test_each_other_introduces_both_at_once(self, requested, firm, other, tom, member):
        met = introductions.ask(other, firm, by=tom, reason="We wanted to ask you.")
        assert met == requested
        assert (met.state, met.decided_by) == (State.ACCEPTED, tom)
        assert {mail.to for mail in mails("introduction-accepted")} == {member.email, tom.email}
        assert met.messages.get().text == "We wanted to ask you."

    def test_who_knows_each_other_writes_on(self, accepted, firm, other, member):
        assert introductions.ask(firm, other, by=member, reason="One more thing.") == accepted
        assert accepted.messages.get().text == "One more thing."

    @pytest.mark.parametrize(
        ("spoil", "sentence"),
        [
            (lambda firm, other: willing(other, "none"), "takes no introductions"),
            (
                lambda firm, other: factories.BlockFactory(company=other, blocked=firm),
                "takes no introductions",
            ),
            (lambda firm, other: factories.BlockFactory(company=firm, blocked=other), "You have blocked"),
            (lambda firm, other: other.representatives.all().delete(), "Nobody speaks for Halfpenny"),
            (
                lambda firm, other: other.memberships.update(state="left"),
                "Halfpenny Hosting takes part in no",
            ),
            (
                lambda firm, other: firm.memberships.update(state="applied"),
                "Fellside Analytics takes part in no",
            ),
            (
                lambda firm, other: Company.objects.filter(pk=other.pk).update(
                    frozen_at=timezone.now(), frozen_reason="Look."
                ),
                "Halfpenny Hosting takes part in no",
            ),
        ],
        ids=["unwilling", "blocked", "blocks", "silent", "left", "applicant", "frozen"],
    )
    def test_is_refused_with_a_sentence(self, spoil, sentence, firm, member, other, tom):
        spoil(firm, other)
        with pytest.raises(Refused, match=sentence):
            introductions.ask(firm, other, by=member, reason="Why not.")
        assert not Introduction.objects.exists() and not OutgoingMail.objects.exists()

    def test_ones_own_firm_is_refused(self, firm, member):
        with pytest.raises(Refused, match="your own firm"):
            introductions.ask(firm, firm, by=member, reason="Hello.")

    def test_after_a_no_waits_for_three_months(self, forwarded, firm, member, other, tom):
        introductions.decline(forwarded, by=tom)
        with pytest.raises(Refused, match=r"Halfpenny Hosting said no on .* You can ask again from"):
            introductions.ask(firm, other, by=member, reason="Please.")
        later = timezone.now() + timedelta(days=91)
        assert introductions.ask(firm, other, by=member, reason="Please.", now=later) != forwarded
        assert Introduction.objects.live().count() == 1

    def test_so_many_firms_a_day(self, firm, member, lancaster):
        for number in range(MOST_A_DAY):
            asked = introductions.ask(firm, answered_firm(lancaster), by=member, reason=f"No {number}")
            introductions.withdraw(asked, by=member)
        with pytest.raises(Refused, match="within a day"):
            introductions.ask(firm, answered_firm(lancaster), by=member, reason="One more.")
        tomorrow = timezone.now() + timedelta(hours=25)
        introductions.ask(firm, answered_firm(lancaster), by=member, reason="One more.", now=tomorrow)

    def test_so_many_that_have_not_answered(self, firm, member, lancaster):
        for day in range(MOST_UNANSWERED):
            now = timezone.now() - timedelta(days=10 - day)
            introductions.ask(firm, answered_firm(lancaster), by=member, reason="Hello.", now=now)
        with pytest.raises(Refused, match="have not answered you yet"):
            introductions.ask(firm, answered_firm(lancaster), by=member, reason="One more.")
        introductions.withdraw(Introduction.objects.first(), by=member)
        introductions.ask(firm, answered_firm(lancaster), by=member, reason="One more.")

    def test_of_firms_that_write_to_each_other_the_trail_tells_no_coordinator(
        self, firm, member, other, tom, coordinator, operator
    ):
        willing(other, "direct")
        asked = introductions.ask(firm, other, by=member, reason="Why not.")
        introductions.decline(asked, by=tom)
        assert not Act.objects.managed_by(coordinator).exists()
        assert Act.objects.managed_by(operator).count() == 2

    def test_is_in_the_trail_without_the_words(self, requested, member, lancaster):
        act = Act.objects.get()
        assert (act.actor, act.cluster, act.note) == (member, lancaster, "")
        assert "discs" not in str(act)


def answered_firm(cluster):
    return factories.RepresentativeFactory(
        company=factories.MembershipFactory(cluster=cluster).company
    ).company


class TestTheCoordinatorsWord:
    def test_reaches_the_asked_firm_with_the_reason(self, forwarded, tom):
        mail = mails("introduction-asked").get()
        assert mail.to == tom.email
        for words in ("You host, we fill the discs.", "Two nice firms.", "Priya Nair of Fellside Analytics"):
            assert words in mail.text and words in mail.html

    def test_a_second_time_changes_nothing(self, forwarded, officer):
        introductions.forward(forwarded, by=officer, note="Me too.")
        assert mails("introduction-asked").count() == 1
        assert Introduction.objects.get().note == "Two nice firms."

    def test_a_no_needs_a_sentence_which_the_asker_alone_reads(self, requested, coordinator, member):
        with pytest.raises(Refused, match="Say why"):
            introductions.turn_down(requested, by=coordinator, sentence=" ")
        introductions.turn_down(requested, by=coordinator, sentence="They are away until May.")
        assert state_of(requested) == State.DECLINED
        assert "They are away until May." in mails("introduction-declined").get().text
        assert mails("introduction-declined").get().to == member.email
        assert not mails("introduction-asked").exists()

    def test_cannot_say_no_for_the_firm(self, forwarded, coordinator):
        with pytest.raises(Refused, match="It waits for Halfpenny Hosting"):
            introductions.turn_down(forwarded, by=coordinator, sentence="No.")


class TestAddresses:
    def test_are_in_no_mail_before_the_yes(self, forwarded, member, tom):
        introductions.write(forwarded, forwarded.asked, by=tom, text="Which discs?")
        introductions.write(forwarded, forwarded.asker, by=member, text="Round ones.")
        for mail in OutgoingMail.objects.all():
            stranger = tom if mail.user == member else member
            assert stranger.email not in mail.text + mail.html + mail.reply_to

    def test_are_in_both_mails_after_it(self, accepted, member, tom):
        to_member, to_tom = (mails("introduction-accepted").get(user=user) for user in (member, tom))
        assert tom.email in to_member.text and to_member.reply_to == tom.email
        assert member.email in to_tom.text and to_tom.reply_to == member.email

    def test_are_answered_to_from_then_on(self, accepted, firm, member, tom):
        introductions.write(accepted, firm, by=member, text="Tuesday?")
        mail = mails("introduction-message").get()
        assert (mail.to, mail.reply_to) == (tom.email, member.email)

    def test_of_two_people_who_said_yes_the_first_counts(self, accepted, other, tom):
        deputy = factories.RepresentativeFactory(company=other, role="deputy").user
        introductions.accept(accepted, by=deputy)
        assert Introduction.objects.get().decided_by == tom
        assert mails("introduction-accepted").count() == 2

    def test_what_the_firms_have_between_them_is_not_in_the_coordinators_outbox(
        self, accepted, firm, member, coordinator
    ):
        introductions.write(accepted, firm, by=member, text="Between us.")
        seen = OutgoingMail.objects.visible_to(coordinator)
        assert set(seen.values_list("kind", flat=True)) == {"introduction-forward", "introduction-asked"}


class TestWriting:
    def test_the_asker_has_had_its_word_until_the_firm_writes_back(self, forwarded, firm, member, other, tom):
        with pytest.raises(Refused, match="You can write more once they answer"):
            introductions.write(forwarded, firm, by=member, text="Did you get it?")
        introductions.write(forwarded, other, by=tom, text="Which discs?")
        introductions.write(forwarded, firm, by=member, text="Round ones.")
        assert [message.company for message in forwarded.messages.all()] == [other, firm]

    def test_the_same_words_twice_running_are_one_message(self, accepted, firm, member):
        for _ in range(2):
            introductions.write(accepted, firm, by=member, text="Tuesday?")
        assert accepted.messages.count() == mails("introduction-message").count() == 1

    def test_nobody_writes_for_ever(self, accepted, firm, member):
        for number in range(MOST_MESSAGES_A_DAY):
            introductions.write(accepted, firm, by=member, text=f"{number}")
        with pytest.raises(Refused, match="within a day"):
            introductions.write(accepted, firm, by=member, text="More.")

    def test_goes_to_those_who_answer_when_the_person_has_left(self, accepted, firm, member, other, tom):
        tom.representations.update(state="ended")
        successor = factories.RepresentativeFactory(company=other).user
        introductions.write(accepted, firm, by=member, text="Hello?")
        assert mails("introduction-message").get().to == successor.email


# --- the table ----------------------------------------------------------------------------------------
ACTS = {
    "forward": (lambda one, user: introductions.forward(one, by=user), {"requested": "forwarded"}),
    "turn_down": (
        lambda one, user: introductions.turn_down(one, by=user, sentence="No."),
        {"requested": "declined"},
    ),
    "accept": (lambda one, user: introductions.accept(one, by=user), {"forwarded": "accepted"}),
    "decline": (lambda one, user: introductions.decline(one, by=user), {"forwarded": "declined"}),
    "withdraw": (
        lambda one, user: introductions.withdraw(one, by=user),
        {"requested": "withdrawn", "forwarded": "withdrawn"},
    ),
    "record_outcome": (
        lambda one, user: endings.record_outcome(one, "work", by=user),
        {"accepted": "accepted"},
    ),
}
# Done before, so nothing happens and nobody is told off.
ALREADY = {
    ("forward", "forwarded"),
    ("forward", "accepted"),
    ("accept", "accepted"),
    ("turn_down", "declined"),
    ("decline", "declined"),
    ("withdraw", "withdrawn"),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", ACTS)
def test_only_the_steps_of_the_table_are_taken(act, state, member):
    introduction = factories.IntroductionFactory(state=state)
    do, steps = ACTS[act]
    if state in steps:
        factories.RepresentativeFactory(company=introduction.asked)
        do(introduction, member)
        assert state_of(introduction) == steps[state]
        return
    if (act, state) in ALREADY:
        do(introduction, member)
    else:
        with pytest.raises(Refused):
            do(introduction, member)
    assert state_of(introduction) == state
    assert not OutgoingMail.objects.exists() and not Act.objects.exists()


# --- blocking -----------------------------------------------------------------------------------------
class TestBlocking:
    def test_ends_what_waits_as_any_no_does(self, forwarded, firm, other, tom, member):
        endings.block(other, firm, by=tom)
        assert state_of(forwarded) == State.DECLINED
        mail = mails("introduction-declined").get()
        assert mail.to == member.email and "block" not in mail.text.lower()

    def test_ends_the_conversation_without_a_mail(self, accepted, firm, other, tom, member):
        before = OutgoingMail.objects.count()
        endings.block(other, firm, by=tom)
        accepted.refresh_from_db()
        assert (accepted.state, accepted.is_live, accepted.shows_addresses) == (State.ACCEPTED, False, False)
        assert OutgoingMail.objects.count() == before
        with pytest.raises(Refused, match="closed"):
            introductions.write(accepted, firm, by=member, text="Hello?")

    def test_of_a_firm_that_one_has_asked_withdraws(self, requested, firm, other, member):
        endings.block(firm, other, by=member)
        assert state_of(requested) == State.WITHDRAWN

    def test_is_seen_by_nobody_else(self, firm, other, tom, member, coordinator):
        endings.block(other, firm, by=tom)
        assert Block.objects.visible_to(tom).exists()
        assert not Block.objects.visible_to(member).exists()
        assert not Act.objects.visible_to(coordinator).exists()

    def test_twice_is_once_and_can_be_taken_back(self, firm, other, tom, member):
        for _ in range(2):
            endings.block(other, firm, by=tom)
        endings.unblock(other, firm, by=tom)
        endings.unblock(other, firm, by=tom)
        assert [act.verb for act in Act.objects.order_by("pk")] == ["set", "took back"]
        introductions.ask(firm, other, by=member, reason="Friends again?")


# --- a firm goes --------------------------------------------------------------------------------------
class TestAFirmThatGoes:
    def leave(self, firm):
        memberships.leave(Membership.objects.get(company=firm), by=None)

    def test_while_it_waits_closes_it_and_the_asker_hears(self, forwarded, other, member):
        self.leave(other)
        assert endings.close_gone() == 1
        assert endings.close_gone() == 0
        assert state_of(forwarded) == State.DECLINED
        mail = mails("introduction-closed").get()
        assert mail.to == member.email and "Halfpenny Hosting no longer takes part" in mail.text

    def test_the_asked_firm_does_not_hear_of_what_it_never_knew(self, requested, firm):
        self.leave(firm)
        endings.close_gone()
        assert state_of(requested) == State.WITHDRAWN
        assert not mails("introduction-closed").exists()

    def test_after_the_yes_hides_the_addresses(self, accepted, firm, tom):
        self.leave(firm)
        endings.close_gone()
        accepted.refresh_from_db()
        assert accepted.state == State.ACCEPTED and not accepted.shows_addresses
        assert mails("introduction-closed").get().to == tom.email

    def test_frozen_closes_it_as_well(self, forwarded, other):
        Company.objects.filter(pk=other.pk).update(frozen_at=timezone.now(), frozen_reason="Look.")
        assert endings.close_gone() == 1

    def test_before_the_clock_comes_round_nobody_says_yes(self, forwarded, firm, tom):
        self.leave(firm)
        with pytest.raises(Refused, match="Fellside Analytics takes part in no"):
            introductions.accept(forwarded, by=tom)

    def test_both_at_once_tell_nobody(self, accepted, firm, other):
        self.leave(firm)
        self.leave(other)
        assert endings.close_gone() == 1
        assert not mails("introduction-closed").exists()


# --- what came of it ----------------------------------------------------------------------------------
class TestTheOutcome:
    def test_is_asked_for_once_after_sixty_days(self, accepted, member):
        assert endings.ask_for_outcomes(timezone.now() + timedelta(days=59)) == 0
        for days in (60, 61, 200):
            endings.ask_for_outcomes(timezone.now() + timedelta(days=days, minutes=1))
        mail = mails("introduction-outcome").get()
        assert mail.to == member.email
        assert mail.text.count("?answer=") == len(Introduction.Outcome)

    def test_is_not_asked_of_who_has_told_it(self, accepted, member):
        endings.record_outcome(accepted, "work", by=member)
        assert endings.ask_for_outcomes(timezone.now() + timedelta(days=90)) == 0

    def test_is_not_asked_of_who_wants_no_such_mails(self, accepted, member):
        factories.MailChoiceFactory(user=member, kind="introductions")
        endings.ask_for_outcomes(timezone.now() + timedelta(days=90))
        assert not mails("introduction-outcome").exists()

    def test_can_be_told_anew_by_the_other_firm(self, accepted, member, tom):
        endings.record_outcome(accepted, "nothing", by=member)
        endings.record_outcome(accepted, "help", by=tom)
        accepted.refresh_from_db()
        assert (accepted.outcome, accepted.outcome_by) == ("help", tom)


# --- who sees it --------------------------------------------------------------------------------------
class TestWhoSeesIt:
    @pytest.mark.parametrize("via", ["coordinator", "direct"])
    def test_the_two_firms_and_the_coordinator_it_went_through(
        self,
        via,
        firm,
        member,
        other,
        tom,
        lancaster,
        coordinator,
        other_coordinator,
        former_coordinator,
        officer,
    ):
        factories.IntroductionFactory(
            asker=firm, asked=other, cluster=lancaster, via=via, state=State.FORWARDED
        )
        stranger = factories.RepresentativeFactory(
            company=factories.MembershipFactory(cluster=lancaster).company
        ).user
        seeing = {
            user
            for user in (member, tom, coordinator, officer, other_coordinator, former_coordinator, stranger)
            if Introduction.objects.visible_to(user).exists()
        }
        assert seeing == {member, tom} | ({coordinator, officer} if via == "coordinator" else set())

    def test_an_answer_to_an_opportunity_goes_to_nobody_else(self, firm, member, other, tom, coordinator):
        opportunity = factories.OpportunityFactory(company=other)
        introductions_made = opportunities.reply(opportunity, firm, by=member, text="We can.")
        assert introductions_made.state == State.FORWARDED
        assert not Introduction.objects.visible_to(coordinator).exists()
        introductions.write(introductions_made, firm, by=member, text="On Tuesday, say.")
