"""What a drive has reached, counted by query, by hand, and as it was when it was closed."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act
from meetings.models import Meeting
from members import drives
from members.models import Company, Drive, Introduction, Membership, Opportunity, Target
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of

from .at_once import at_once

LONDON = ZoneInfo("Europe/London")
START, END = date(2026, 4, 1), date(2027, 3, 31)
NOW = datetime(2026, 10, 15, 12, tzinfo=LONDON)
AFTER = datetime(2027, 4, 2, 12, tzinfo=LONDON)


@pytest.fixture
def drive(association):
    return factories.DriveFactory(association=association, name="250 by March", start=START, end=END)


@pytest.fixture
def targets(drive):
    kinds = [kind for kind in Target.Kind if kind != Target.Kind.MEETINGS]
    return {kind: factories.TargetFactory(drive=drive, kind=kind, number=10) for kind in kinds}


def at(day: date, clock: time = time(12)) -> datetime:
    return datetime.combine(day, clock, LONDON)


def join(cluster, day: date, **fields):
    return factories.MembershipFactory(cluster=cluster, applied_at=at(day), **fields)


def hold(organiser, kind, day: date, clock=time(17), **fields):
    starts = at(day, clock)
    where = {"cluster": organiser} if organiser._meta.model_name == "cluster" else {"association": organiser}
    fields = {"state": Meeting.State.HELD, **where, **fields}
    return factories.MeetingFactory(
        kind=kind, starts_at=starts, ends_at=starts + timedelta(hours=1), **fields
    )


def reached(drive, now=NOW) -> dict:
    return {figure.kind: figure.reached for figure in drives.standing_of(drive, now).figures}


class TestNewMembers:
    def test_are_firms_that_joined_for_the_first_time_and_stayed(self, drive, targets, lancaster, furness):
        day = date(2026, 6, 1)
        join(lancaster, day)
        twice = join(lancaster, day)
        join(furness, day, company=twice.company)
        old = join(lancaster, date(2025, 6, 1))
        join(furness, day, company=old.company)
        was_here = join(furness, date(2025, 1, 1), state="left", ended_at=at(date(2025, 2, 1)))
        join(furness, day, company=was_here.company)
        gone = join(lancaster, day, state="left", ended_at=at(date(2026, 7, 1)))
        back = join(lancaster, day, state="left", ended_at=at(date(2026, 7, 1)))
        join(lancaster, date(2026, 8, 1), company=back.company)
        join(lancaster, day, state=Membership.State.APPLIED)
        join(factories.ClusterFactory(), day)  # of another association
        standing = drives.standing_of(drive, NOW)
        assert standing.members.reached == 3
        assert standing.left == 1
        assert list(drives.rows_behind(drive, drives.LEFT, NOW)) == [gone.company]
        assert standing.by_cluster == sorted([(lancaster.pk, 3), (furness.pk, 1)])

    def test_of_a_cluster_are_new_to_that_cluster(self, lancaster, furness):
        drive = factories.TargetFactory(drive__cluster=lancaster, drive__start=START, drive__end=END).drive
        old = join(furness, date(2025, 1, 1))
        join(lancaster, date(2026, 6, 1), company=old.company)
        join(furness, date(2026, 6, 1))
        standing = drives.standing_of(drive, NOW)
        assert standing.members.reached == 1
        assert standing.members.meaning.startswith("Firms that joined Lancaster & Morecambe for the first")

    def test_who_leaves_after_the_end_has_stayed(self, drive, targets, lancaster):
        join(lancaster, END, state="left", ended_at=drive.moments[1])
        join(lancaster, END, state="left", ended_at=drive.moments[1] - timedelta(microseconds=1))
        join(lancaster, END, state="left")
        assert reached(drive, AFTER)["new-members"] == 1

    @pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/Los_Angeles"])
    def test_the_days_are_those_of_the_association(self, zone, drive, targets, lancaster):
        """Its clock decides, also in the hour that Greenwich and London see apart."""
        lancaster.association.time_zone = zone
        lancaster.association.save()
        drive.refresh_from_db()
        begins = datetime(2026, 4, 1, tzinfo=ZoneInfo(zone))
        over = datetime(2027, 4, 1, tzinfo=ZoneInfo(zone))
        moment = timedelta(microseconds=1)
        for joined in (begins - moment, begins, over - moment, over):
            factories.MembershipFactory(cluster=lancaster, applied_at=joined)
            starts = joined
            factories.MeetingFactory(
                cluster=lancaster,
                kind="training",
                state="held",
                starts_at=starts,
                ends_at=starts + timedelta(hours=1),
            )
        found = reached(drive, AFTER + timedelta(days=2))
        assert (found["new-members"], found["training"]) == (2, 2)

    def test_history_newly_and_referred(self, drive, targets, lancaster):
        join(lancaster, date(2026, 4, 1))
        join(lancaster, date(2026, 4, 30), state="left", ended_at=at(date(2026, 6, 15)))
        brought = join(lancaster, date(2026, 9, 25))
        factories.ReferralFactory(company=brought.company)
        standing = drives.standing_of(drive, NOW)
        assert standing.history == [2, 2, 1, 1, 1, 2]
        assert (standing.newly, standing.referred, standing.members.reached) == (1, 1, 2)


class TestOtherFigures:
    def test_events_count_by_kind_when_everybody_could_see_them(self, drive, targets, lancaster):
        kind, day = Meeting.Kind, date(2026, 6, 1)
        hold(lancaster, kind.NETWORKING, day)
        hold(lancaster.association, kind.TRADE, day)
        hold(lancaster, kind.PUBLIC, date(2026, 10, 14), state="published")
        hold(lancaster, kind.TRAINING, day)
        hold(lancaster, kind.MEETING, day)  # the ordinary meetings of clusters are no events of the drive
        hold(lancaster, kind.PUBLIC, date(2026, 3, 31))
        hold(lancaster, kind.PUBLIC, date(2026, 11, 1), state="published")
        for state in (Meeting.State.CANCELLED, Meeting.State.DRAFT):
            hold(lancaster, kind.PUBLIC, day, state=state)
        hold(lancaster, kind.PUBLIC, day, openness=Meeting.Openness.MEMBERS)
        hold(factories.ClusterFactory(), kind.PUBLIC, day)
        found = reached(drive)
        assert (found["events"], found["training"], found["demand"]) == (3, 1, 0)

    def test_others_by_a_name_of_their_own(self, drive, lancaster):
        factories.TargetFactory(
            drive=drive, kind="meetings", name="open evenings", meeting_kinds=["public", "meeting"], number=2
        )
        for kind in ("public", "meeting", "trade"):
            hold(lancaster, kind, date(2026, 6, 1))
        [figure] = drives.standing_of(drive, NOW).figures
        assert (figure.label, figure.reached) == ("open evenings", 2)
        assert (
            figure.meaning
            == "Held in the drive so that everybody could see it: public event, cluster meeting."
        )

    def test_they_must_say_which(self, drive):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.TargetFactory(drive=drive, kind="meetings", name="", meeting_kinds=["public"])
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.TargetFactory(drive=drive, kind="meetings", name="open evenings")

    def test_introductions_and_opportunities_that_led_to_something(self, drive, targets, lancaster):
        outcomes = Introduction.Outcome
        for outcome in (outcomes.WORK, outcomes.HELP, outcomes.NOTHING):
            factories.IntroductionFactory(
                cluster=lancaster,
                state="accepted",
                asked_at=at(date(2026, 6, 1)),
                outcome=outcome,
                outcome_at=at(date(2026, 8, 1)),
            )
        factories.IntroductionFactory(cluster=lancaster, asked_at=at(date(2026, 6, 1)))
        member = join(lancaster, date(2020, 1, 1)).company
        for outcome in Opportunity.Outcome:
            factories.OpportunityFactory(
                company=member, state="closed", outcome=outcome, posted_at=at(date(2026, 6, 1))
            )
        found = reached(drive)
        assert (found["introductions"], found["opportunities"]) == (2, 1)


def by_hand(drive, now) -> dict:
    """All rows of the association, in plain Python."""
    zone = ZoneInfo(drive.association.time_zone)

    def inside(moment):
        return drive.start <= moment.astimezone(zone).date() <= drive.end

    rows = [one for one in Membership.objects.select_related("cluster") if one.joined_at]
    rows = [one for one in rows if one.cluster.association_id == drive.association_id]
    new, gone = set(), set()
    for firm in {one.company_id for one in rows}:
        own = [one for one in rows if one.company_id == firm]
        if any(one.joined_at.astimezone(zone).date() < drive.start for one in own):
            continue
        began = [one for one in own if inside(one.joined_at)]
        stays = any(
            one.state == "active" or (one.ended_at and one.ended_at.astimezone(zone).date() > drive.end)
            for one in began
        )
        if began:
            (new if stays else gone).add(firm)
    events = [
        meeting.kind
        for meeting in Meeting.objects.select_related("cluster")
        if (meeting.association_id or meeting.cluster.association_id) == drive.association_id
        and meeting.state in ("published", "held")
        and meeting.openness != "members"
        and meeting.ends_at < now
        and inside(meeting.starts_at)
    ]
    return {
        "new-members": len(new),
        "left": len(gone),
        "events": sum(kind in ("networking", "public", "trade") for kind in events),
        "training": events.count("training"),
        "demand": events.count("demand"),
    }


@pytest.mark.parametrize("seed", range(6))
def test_figures_rows_and_the_hand_agree_on_random_data(seed, drive, targets, lancaster, furness):
    chance = random.Random(seed)
    clusters = [lancaster, furness, factories.ClusterFactory()]
    firms = factories.CompanyFactory.create_batch(12)

    def moment():
        return datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(460 * 24 * 60))

    for _ in range(30):
        joined = moment()
        state = chance.choice(["active", "left", "left", "applied", "rejected"])
        if state in ("applied", "active"):
            cluster, firm = chance.choice(clusters), chance.choice(firms)
            if Membership.objects.open().filter(cluster=cluster, company=firm).exists():
                continue
            factories.MembershipFactory(cluster=cluster, company=firm, state=state, applied_at=joined)
        else:
            factories.MembershipFactory(
                cluster=chance.choice(clusters),
                company=chance.choice(firms),
                state=state,
                applied_at=joined,
                joined_at=joined if state == "left" else None,
                ended_at=joined + timedelta(days=chance.randrange(300)),
            )
        starts = moment()
        factories.MeetingFactory(
            cluster=chance.choice(clusters),
            kind=chance.choice(Meeting.Kind.values),
            state=chance.choice(Meeting.State.values),
            openness=chance.choice(Meeting.Openness.values),
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
        )
    for now in (NOW, AFTER):
        standing = drives.standing_of(drive, now)
        expected = by_hand(drive, now)
        found = {figure.kind: figure.reached for figure in standing.figures} | {"left": standing.left}
        assert expected.items() <= found.items()
        for figure in standing.figures:
            assert figure.reached == len(drives.rows_behind(drive, figure.key, now))
    drives.close(drive, by=None, now=AFTER)
    drive.refresh_from_db()
    assert drives.standing_of(drive).history == standing.history


class TestClosing:
    def closed(self, drive):
        drive = drives.close(drive, by=None, now=AFTER)
        drive.refresh_from_db()
        return drive

    def test_waits_for_the_end(self, drive, targets):
        with pytest.raises(Refused, match="runs until 31 March 2027"):
            drives.close(drive, by=None, now=NOW)

    def test_keeps_figures_rows_and_words_whatever_is_edited_later(
        self, drive, targets, lancaster, as_officer, client
    ):
        firm = join(lancaster, date(2026, 6, 1)).company
        hold(lancaster, "training", date(2026, 6, 1))
        drive = self.closed(drive)
        page = text_of(client.get(drive.get_absolute_url()))
        standing = drives.standing_of(drive)
        Membership.objects.update(state="left", ended_at=AFTER)
        Meeting.objects.update(state="cancelled")
        drive.targets.update(number=99, name="other things")
        join(lancaster, date(2026, 6, 2))
        drive.refresh_from_db()
        assert drives.standing_of(drive) == standing
        assert text_of(client.get(drive.get_absolute_url())) == page
        key = standing.members.key
        assert list(drives.rows_behind(drive, key)) == [firm]
        drive.targets.all().delete()
        rows = text_of(as_officer.get(f"{drive.get_absolute_url()}{key}/"))
        assert "New member firms: 1" in rows and firm.name in rows

    @pytest.mark.parametrize(
        "change", [{"name": "x"}, {"result": {}}, {"state": "running"}, {"end": date(2028, 1, 1)}]
    )
    def test_the_database_itself_lets_nobody_change_it(self, drive, targets, change):
        drive = self.closed(drive)
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            Drive.objects.filter(pk=drive.pk).update(**change)
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            Drive.objects.filter(pk=drive.pk).delete()

    def test_a_closed_one_has_its_result(self, drive):
        with pytest.raises(IntegrityError), transaction.atomic():
            Drive.objects.update(state="closed")

    def test_a_second_time_changes_nothing(self, drive, targets, officer):
        first = drives.close(drive, by=officer, now=AFTER)
        again = drives.close(drive, by=officer, now=AFTER + timedelta(days=3))
        assert again.closed_at == first.closed_at
        assert Act.objects.filter(verb="closed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_close_at_the_same_moment(drive, targets, lancaster):
    join(lancaster, date(2026, 6, 1))
    got = at_once(*[lambda: drives.close(drive, by=None, now=AFTER)] * 3)
    assert {one.closed_at for one in got} == {AFTER}
    assert Act.objects.filter(verb="closed").count() == 1


class TestThePage:
    def page(self, client, drive, now=NOW):
        with time_machine.travel(now, tick=False):
            return text_of(client.get(drive.get_absolute_url()))

    def test_in_progress(self, client, drive, targets, lancaster):
        join(lancaster, date(2026, 6, 1))
        join(lancaster, date(2026, 10, 1))
        join(lancaster, date(2026, 6, 1), state="left", ended_at=at(date(2026, 7, 1)))
        words = self.page(client, drive)
        assert "Two have joined since 1 April 2026; the lit one came in the last four weeks." in words
        assert "Eight dots are waiting for a name." in words
        assert "Behind by three firms. A steady pace would have brought 5 by now." in words
        assert "Eight to go in five months" in words
        assert "One more came and left again: it does not count." in words

    def test_before_its_start(self, client, drive, targets):
        words = self.page(client, drive, datetime(2026, 3, 1, 12, tzinfo=LONDON))
        assert "It starts on Wednesday 1 April 2026" in words
        assert "Are we on pace?" not in words

    def test_after_its_end(self, client, drive, targets, lancaster):
        join(lancaster, date(2026, 6, 1))
        words = self.page(client, drive, AFTER)
        assert "It ran from 1 April 2026 to 31 March 2027. One firm joined and stayed." in words
        assert "Nine firms short of the target." in words
        assert "Fill a dot" not in words

    def test_without_a_target(self, client, drive):
        words = self.page(client, drive)
        assert "From 1 April 2026 to 31 March 2027." in words
        assert "Are we on pace?" not in words

    def test_beyond_the_target(self, client, drive, lancaster):
        factories.TargetFactory(drive=drive, number=1)
        for _ in range(3):
            join(lancaster, date(2026, 6, 1))
        words = self.page(client, drive)
        assert "No dot is left empty, and two more came." in words
        assert "The target is reached." in words

    def test_what_everybody_may_open_and_what_not(
        self, client, officer, coordinator, drive, targets, lancaster
    ):
        stays = join(lancaster, date(2026, 6, 1), company__name="Stays Ltd").company
        join(
            lancaster, date(2026, 6, 1), company__name="Gone Ltd", state="left", ended_at=at(date(2026, 7, 1))
        )
        quiet = join(
            lancaster,
            date(2026, 6, 1),
            company__name="Later Ltd",
            state="left",
            ended_at=at(date(2027, 4, 1), time(9)),
        ).company
        join(factories.ClusterFactory(), date(2026, 6, 1), company=quiet)
        rows = f"{drive.get_absolute_url()}{targets['new-members'].pk}/"
        with time_machine.travel(AFTER, tick=False):
            public, office = text_of(client.get(rows)), text_of(client_of(officer).get(rows))
            assert stays.name in public and "Later Ltd" not in public and "Gone Ltd" not in public
            assert "the others are not public" in public
            assert "Later Ltd" in office and "Gone Ltd" not in office
            assert "Gone Ltd" in text_of(client_of(officer).get(f"{drive.get_absolute_url()}left/"))
            assert client_of(coordinator).get(f"{drive.get_absolute_url()}left/").status_code == 404

    def test_introductions_are_never_opened_for_everybody(
        self, client, as_officer, drive, targets, lancaster
    ):
        for via in Introduction.Via:
            factories.IntroductionFactory(
                cluster=lancaster,
                via=via,
                state="accepted",
                asked_at=at(date(2026, 6, 1)),
                outcome="work",
                outcome_at=at(date(2026, 6, 9)),
            )
        direct = Introduction.objects.get(via="direct")
        rows = f"{drive.get_absolute_url()}{targets['introductions'].pk}/"
        with time_machine.travel(NOW, tick=False):
            assert "What is counted here is not public." in text_of(client.get(rows))
            words = text_of(as_officer.get(rows))
        assert direct.asker.name not in words
        assert words.count("Two members") == 1

    def test_lists_the_drives_before_with_what_they_reached(
        self, client, drive, targets, association, lancaster
    ):
        join(lancaster, date(2025, 6, 1))
        before = factories.DriveFactory(
            association=association, name="The first ten", start=date(2025, 4, 1), end=date(2026, 3, 31)
        )
        factories.TargetFactory(drive=before, number=10)
        drives.close(before, by=None, now=NOW)
        assert "The first ten April 2025 to March 2026 1 of 10" in self.page(client, drive)

    @pytest.mark.parametrize("size", [1, 4])
    def test_the_number_of_queries_is_fixed(
        self, client, drive, targets, association, size, django_assert_num_queries
    ):
        for _ in range(size):
            cluster = factories.ClusterFactory(association=association)
            for _ in range(size):
                join(cluster, date(2026, 6, 1))
                hold(cluster, "public", date(2026, 6, 1))
                hold(cluster, "public", date(2026, 12, 1), state="published")
        with django_assert_num_queries(9), time_machine.travel(NOW, tick=False):
            client.get(drive.get_absolute_url())


def test_months_of_a_drive_that_starts_in_the_middle_of_one():
    drive = Drive(
        association=factories.AssociationFactory.build(), start=date(2026, 1, 31), end=date(2026, 4, 29)
    )
    assert drives.months_of(drive) == 3
    assert [end.date() for end in drives.month_ends(drive, date(2026, 4, 29))] == [
        date(2026, 2, 28),
        date(2026, 3, 31),
    ]
    assert date(2026, 1, 31) + relativedelta(months=1) == date(2026, 2, 28)


def test_a_firm_no_longer_on_the_books_is_missed_in_the_list(drive, targets, lancaster, officer):
    firm = join(lancaster, date(2026, 6, 1)).company
    join(lancaster, date(2026, 6, 1))
    drives.close(drive, by=None, now=AFTER)
    Membership.objects.filter(company=firm).delete()
    Company.objects.filter(pk=firm.pk).delete()
    with time_machine.travel(AFTER, tick=False):
        rows = f"{drive.get_absolute_url()}{targets['new-members'].pk}/"
        words = text_of(client_of(officer).get(rows))
    assert "New member firms: 2" in words
    assert "Some are no longer on the books: the list has 1." in words


def test_moments_hold_across_the_change_of_clocks(drive):
    begins, over = drive.moments
    assert begins.utcoffset() == over.utcoffset() == timedelta(hours=1)
    assert timezone.localtime(over).time() == time()


def test_a_form_of_the_desk_sent_empty_says_what_is_missing(drive, officer):
    page = client_of(officer).post(
        f"/admin/members/drive/{drive.pk}/change/",
        {"association": "", "cluster": "", "targets-TOTAL_FORMS": "0", "targets-INITIAL_FORMS": "0"},
    )
    assert page.status_code == 200
    assert "This field is required." in text_of(page)
