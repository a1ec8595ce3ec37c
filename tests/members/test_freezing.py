import pytest
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act, Cluster
from meetings.models import Duty
from meetings.turns import duties, turns
from members import freezing, memberships
from members.models import Company, Membership, OutgoingMail, Representative
from tests import factories

REASON = "Your entry sells something it must not. Please call me."


def address(firm, act):
    return f"/admin/members/company/{firm.pk}/act/{act}/"


@pytest.fixture
def frozen(firm, member, coordinator):
    freezing.freeze(firm, by=coordinator, reason=REASON)
    return firm


def test_a_frozen_firm_is_out_of_sight_for_everybody_but_its_own_and_the_coordinators(
    frozen, member, coordinator, other_coordinator, client
):
    for stranger in (other_coordinator, factories.UserFactory()):
        assert not Company.objects.visible_to(stranger).exists()
        assert not Membership.objects.visible_to(stranger).exists()
    assert not Company.objects.listed().exists()
    for near in (member, coordinator):
        assert Company.objects.visible_to(near).get() == frozen
    page = client.get("/clusters/lancaster/").content.decode()
    assert frozen.name not in page
    assert Cluster.objects.with_firms().get(slug="lancaster").firms == 0


def test_it_takes_no_turns_and_no_new_cluster(frozen, member, lancaster, furness):
    assert not duties.members_of([lancaster]).exists()
    assert not Cluster.objects.with_member(member).exists()
    with pytest.raises(Refused, match="takes no part"):
        memberships.apply(frozen, furness, by=member)


def test_its_turns_ahead_end_when_the_worker_comes_round(firm, member, coordinator, lancaster):
    duty = factories.DutyFactory(
        meeting=factories.MeetingFactory(cluster=lancaster), company=firm, state=Duty.State.ACCEPTED
    )
    freezing.freeze(firm, by=coordinator, reason=REASON)
    turns.release_absent()
    duty.refresh_from_db()
    assert duty.state == Duty.State.WITHDRAWN
    assert (
        Act.objects.get(verb="withdrew the turn of").note == "Fellside Analytics takes no part at the moment."
    )


def test_nothing_of_it_is_lost(frozen, firm, coordinator):
    freezing.unfreeze(frozen, by=coordinator)
    frozen.refresh_from_db()
    assert (frozen.frozen_at, frozen.frozen_reason) == (None, "")
    assert Company.objects.listed().get() == frozen
    assert Representative.objects.active().get().company == frozen


def test_one_that_has_left_meanwhile_is_the_operators_to_unfreeze(frozen, member, coordinator, operator):
    memberships.leave(frozen.memberships.get(), by=member)
    with pytest.raises(Refused, match="member of none of your clusters"):
        freezing.unfreeze(frozen, by=coordinator)
    freezing.unfreeze(frozen, by=operator)
    frozen.refresh_from_db()
    assert frozen.frozen_at is None


def test_its_people_are_told_by_mail_and_on_their_page(frozen, member, as_member):
    [mail] = OutgoingMail.objects.filter(user=member)
    assert REASON in mail.text
    assert REASON in mail.html
    page = as_member.get("/me/").content.decode()
    assert "Fellside Analytics is not shown at the moment" in page
    assert REASON in page


def test_twice_is_once_and_all_is_in_the_trail(frozen, coordinator, lancaster):
    freezing.freeze(frozen, by=coordinator, reason="Again")
    assert OutgoingMail.objects.count() == 1
    freezing.unfreeze(frozen, by=coordinator)
    freezing.unfreeze(frozen, by=coordinator)
    assert OutgoingMail.objects.count() == 2
    lines = Act.objects.order_by("pk").values_list("actor", "verb", "note", "cluster")
    assert list(lines) == [
        (coordinator.pk, "froze", REASON, lancaster.pk),
        (coordinator.pk, "unfroze", "", lancaster.pk),
    ]


def test_the_coordinators_of_its_other_clusters_hear_of_it(firm, coordinator, furness, other_coordinator):
    factories.MembershipFactory(company=firm, cluster=furness)
    freezing.freeze(firm, by=coordinator, reason=REASON)
    assert REASON in OutgoingMail.objects.get(user=other_coordinator).text
    assert not OutgoingMail.objects.filter(user=coordinator).exists()


def test_who_has_only_an_application_of_it_can_not_freeze_it(firm, furness, other_coordinator):
    factories.MembershipFactory(company=firm, cluster=furness, state=Membership.State.APPLIED)
    with pytest.raises(Refused, match="member of none of your clusters"):
        freezing.freeze(firm, by=other_coordinator, reason=REASON)


def test_a_reason_is_asked_for_first(firm, as_coordinator):
    page = as_coordinator.get(address(firm, "freeze")).content.decode()
    assert "Nothing is lost" in page
    answer = as_coordinator.post(address(firm, "freeze"), {"reason": " "})
    assert "Tell the firm why" in answer.content.decode()
    as_coordinator.post(address(firm, "freeze"), {"reason": REASON})
    assert Company.objects.filter(frozen_at__lte=timezone.now(), frozen_reason=REASON).exists()
    assert REASON in as_coordinator.get(f"/admin/members/company/{firm.pk}/change/").content.decode()
    as_coordinator.post(address(firm, "unfreeze"))
    assert not Company.objects.exclude(frozen_at=None).exists()


def test_a_coordinator_of_others_can_not(firm, as_other_coordinator):
    for act in ("freeze", "unfreeze"):
        assert as_other_coordinator.post(address(firm, act), {"reason": REASON}).status_code in (302, 404)
    assert not Company.objects.exclude(frozen_at=None).exists()
