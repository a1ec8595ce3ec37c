"""Every figure of a report is the number of its rows, for whoever may ask, and for nobody else."""

import csv
import io
import random
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from clusters.models import Support
from meetings.models import Meeting
from meetings.reports import figures, pictures
from meetings.reports.lines import lines_of
from meetings.reports.scope import Scope
from members.models import Introduction, Membership, Opportunity
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of

pytestmark = pytest.mark.django_db

START, END = date(2026, 4, 1), date(2026, 9, 30)
NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)
DAY = datetime(2026, 6, 1, 12, tzinfo=UTC)


def scope_of(*clusters, associations=(), start=START, end=END):
    return Scope(list(clusters), list(associations), start, end)


def numbers(scope, now=NOW) -> dict[str, int]:
    return {figure.key: number for figure, number in figures.with_numbers(figures.figures_of(scope, now))}


def held(cluster, starts=DAY, **fields):
    return factories.MeetingFactory(
        cluster=cluster, starts_at=starts, ends_at=starts + timedelta(hours=2), **{"state": "held", **fields}
    )


def report(*, start=START, end=END, **query):
    parts = [f"start={start}", f"end={end}"]
    parts += [f"{name}={one.pk}" for name, rows in query.items() for one in rows]
    return f"{reverse('meetings:report')}?{'&'.join(parts)}"


def fill(chance, clusters, size):
    """Rows of all kinds on random days round the period, in the clusters and of their associations."""
    firms = factories.CompanyFactory.create_batch(size)

    def moment():
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(240 * 24 * 60))

    for _ in range(size):
        cluster, firm, joined = chance.choice(clusters), chance.choice(firms), moment()
        if not Membership.objects.open().filter(cluster=cluster, company=firm).exists():
            state = chance.choice(["active", "left", "applied"])
            factories.MembershipFactory(
                cluster=cluster,
                company=firm,
                state=state,
                applied_at=joined,
                ended_at=joined + timedelta(days=chance.randrange(99)) if state == "left" else None,
            )
        where = chance.choice([{"cluster": cluster}, {"cluster": None, "association": cluster.association}])
        starts = moment()
        meeting = factories.MeetingFactory(
            kind=chance.choice(Meeting.Kind.values),
            state=chance.choice(Meeting.State.values),
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            **where,
        )
        for state in ("attended", "attended", "no-show", "withdrawn"):
            answer = factories.RegistrationFactory(
                meeting=meeting, company=chance.choice([None, *firms]), state=state
            )
            if state == "attended" and chance.random() < 0.5:
                factories.FeedbackFactory(meeting=meeting, registration=answer, rating=chance.randrange(1, 6))
        for role in ("chair", "host"):
            factories.DutyFactory(
                meeting=meeting, company=firm, role=role, state=chance.choice(["fulfilled", "declined"])
            )
        item = factories.AgendaItemFactory(meeting=meeting, kind="showcase", company=firm)
        factories.PresentationFactory(meeting=meeting, agenda_item=item, company=firm)
        outcome = chance.choice(["", *Introduction.Outcome.values])
        factories.IntroductionFactory(
            cluster=cluster,
            state="accepted" if outcome else "requested",
            via=chance.choice(["direct", "coordinator"]) if outcome else "coordinator",
            asked_at=moment(),
            outcome=outcome,
            outcome_at=moment() if outcome else None,
        )
        closed = chance.choice([True, False])
        factories.OpportunityFactory(
            company=firm,
            posted_at=moment(),
            state="closed" if closed else "open",
            outcome=chance.choice(Opportunity.Outcome.values) if closed else "",
        )
        factories.SupportFactory(
            cluster=cluster, start=moment().date(), gives=chance.choice(Support.Gives.values), amount=100
        )


class TestFigures:
    @pytest.mark.parametrize("seed", range(3))
    def test_each_is_the_number_of_its_rows(self, seed, lancaster, furness, officer):
        fill(random.Random(seed), [lancaster, furness, factories.ClusterFactory()], 10)
        for scope in (
            scope_of(lancaster),
            scope_of(lancaster, furness, associations=[lancaster.association]),
        ):
            for figure, number in figures.with_numbers(figures.figures_of(scope, NOW)):
                assert number == len(figure.rows) == len(set(figure.rows)), figure.key
                assert len(lines_of(figure.rows.order_by("pk"), scope, officer)) == number, figure.key

    @pytest.mark.parametrize("seed", range(4))
    def test_firms_at_the_start_and_joined_less_left_are_those_at_the_end(self, seed, lancaster, furness):
        fill(random.Random(seed), [lancaster, furness], 14)
        found = numbers(scope_of(lancaster, furness))
        assert found["firms-start"] + found["firms-joined"] - found["firms-left"] == found["firms-end"]

    def test_by_hand(self, lancaster, furness):
        meeting = held(lancaster)
        held(lancaster, kind="training")
        held(furness)
        held(lancaster, state="cancelled")
        held(lancaster, state="draft")
        firm = factories.MembershipFactory(cluster=lancaster, applied_at=DAY).company
        factories.MembershipFactory(
            cluster=lancaster,
            applied_at=datetime(2020, 1, 1, tzinfo=UTC),
            state="left",
            ended_at=DAY,
        )
        for company in (firm, firm, None):
            factories.RegistrationFactory(meeting=meeting, company=company, state="attended")
        factories.RegistrationFactory(meeting=meeting, state="no-show")
        found = numbers(scope_of(lancaster))
        expected = {
            "meetings": 2,
            "meetings-meeting": 1,
            "meetings-training": 1,
            "meetings-cancelled": 1,
            "attended": 3,
            "attended-guests": 1,
            "firms-there": 1,
            "no-shows": 1,
            "firms-start": 1,
            "firms-joined": 1,
            "firms-left": 1,
            "firms-end": 1,
        }
        assert expected.items() <= found.items()

    def test_heads_counted_without_a_list_are_counted_once(self, as_officer, lancaster):
        listed, counted = held(lancaster, headcount=9), held(lancaster, headcount=23, title="Before the site")
        factories.RegistrationFactory(meeting=listed, state="attended")
        scope = scope_of(lancaster)
        found = numbers(scope)
        assert (found["attended"], found["heads"]) == (1, 23)
        chart = pictures.attendance(scope, pictures.meetings_with_people(scope, NOW))
        assert sum(row[3] for row in chart.rows) == found["attended"] + found["heads"]
        page = text_of(as_officer.get(report(clusters=[lancaster]).replace("/?", "/rows/heads/?")))
        assert "counted without a list: 23" in page
        assert f"{counted.title} (cluster meeting, 23 counted without a list)" in page

    @pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland"])
    def test_days_begin_and_end_by_the_clock_of_the_association(self, zone, lancaster):
        lancaster.association.time_zone = zone
        lancaster.association.save()
        begins = datetime(2026, 4, 1, tzinfo=ZoneInfo(zone))
        over = datetime(2026, 10, 1, tzinfo=ZoneInfo(zone))
        for starts in (begins - timedelta(minutes=1), begins, over - timedelta(minutes=1), over):
            held(lancaster, starts)
        lancaster.refresh_from_db()
        assert numbers(scope_of(lancaster))["meetings"] == 2

    def test_without_anything_all_are_nothing(self, lancaster):
        assert set(numbers(scope_of(lancaster)).values()) == {0}


class TestThePage:
    def figures_on(self, page) -> dict[str, int]:
        found = re.findall(r'rows/([\w-]+)/\?[^"]*">([\d,]+)<', page.content.decode())
        return {key: int(number.replace(",", "")) for key, number in found}

    def test_page_csv_and_rows_say_the_same(self, as_officer, lancaster, furness, association):
        fill(random.Random(7), [lancaster, furness], 8)
        query = {"clusters": [lancaster, furness], "associations": [association]}
        on_page = self.figures_on(as_officer.get(report(**query)))
        expected = numbers(scope_of(lancaster, furness, associations=[association]), timezone.now())
        assert on_page == {key: number for key, number in expected.items() if number}
        assert len(on_page) > 15
        for key, number in on_page.items():
            address = report(**query).replace("/reports/?", f"/reports/rows/{key}.csv?")
            text = as_officer.get(address).content.decode("utf-8-sig")
            assert len(list(csv.reader(io.StringIO(text)))) == number + 1, key
            rows = as_officer.get(address.replace(f"{key}.csv", f"{key}/"))
            assert f": {number}" in text_of(rows), key
        text = as_officer.get(report(**query).replace("/reports/?", "/reports/report.csv?")).content.decode(
            "utf-8-sig"
        )
        values = [row[2] for row in csv.reader(io.StringIO(text))][1:]
        assert values[: len(expected)] == [str(number) for number in expected.values()]

    def test_no_person_is_named_anywhere(self, as_coordinator, lancaster):
        meeting = held(lancaster)
        people = [factories.UserFactory(name=f"Secret Person{n}") for n in range(3)]
        answer = factories.RegistrationFactory(meeting=meeting, user=people[0], state="attended")
        factories.RegistrationFactory(
            meeting=meeting, user=None, name="Secret Guest", email="s@s.example", state="attended"
        )
        factories.FeedbackFactory(
            meeting=meeting, registration=answer, comment="Secret Words", quoted_as="Secret Me"
        )
        factories.AgendaItemFactory(meeting=meeting, kind="showcase", presenter=people[1])
        factories.PresentationFactory(meeting=meeting, presenter=people[2], presenter_name="Secret Speaker")
        page = as_coordinator.get(report(clusters=[lancaster], end=timezone.localdate()))
        pages = [page.content.decode()]
        for key in self.figures_on(page):
            address = report(clusters=[lancaster], end=timezone.localdate())
            pages += [
                as_coordinator.get(
                    address.replace("/reports/?", f"/reports/rows/{key}{end}?")
                ).content.decode()
                for end in ("/", ".csv")
            ]
        assert len(pages) > 8
        assert not any("Secret" in page for page in pages)

    def test_what_two_firms_agreed_directly_is_counted_and_not_named(self, as_coordinator, lancaster):
        between = factories.IntroductionFactory(
            cluster=lancaster, state="accepted", via="direct", asked_at=DAY
        )
        address = report(clusters=[lancaster]).replace("/reports/?", "/reports/rows/introductions/?")
        words = text_of(as_coordinator.get(address))
        assert "Two members, directly" in words
        assert between.asker.name not in words

    def test_a_coordinator_gets_no_strange_cluster_by_any_door(
        self, as_coordinator, lancaster, furness, association
    ):
        held(furness, title="Secret Furness")
        forged = [{"clusters": [furness]}, {"clusters": [lancaster, furness]}]
        for query in forged:
            page = text_of(as_coordinator.get(report(**query)))
            assert "One of these is somebody else’s." in page
            assert "Held, of all kinds" not in page
            for door, status in (("rows/meetings/?", 404), ("rows/meetings.csv?", 404), ("report.csv?", 302)):
                answer = as_coordinator.get(report(**query).replace("/reports/?", f"/reports/{door}"))
                assert answer.status_code == status
                assert "Secret" not in answer.content.decode()
        whole = as_coordinator.get(report(clusters=[lancaster], associations=[association]))
        assert "as a whole" not in text_of(whole)  # the field is not theirs: what is forged there is not read
        assert "Furness" not in text_of(as_coordinator.get(reverse("meetings:report")))

    def test_the_next_page_of_rows_is_that_of_the_same_report(self, as_coordinator, lancaster, monkeypatch):
        monkeypatch.setattr("meetings.views.reports.ROWS_PER_PAGE", 1)
        for _ in range(2):
            held(lancaster)
        first, second = (as_coordinator.get(f"/reports/rows/meetings/{page}") for page in ("", "?page=2"))
        assert 'href="?page=2"' in first.content.decode()
        assert first.context["number"] == second.context["number"] == 2

    def test_who_looks_after_nothing_gets_nothing(self, as_member, former_coordinator):
        for client in (as_member, client_of(former_coordinator)):
            for address in (
                "/reports/",
                "/reports/report.csv",
                "/reports/rows/meetings/",
                "/clusters/lancaster/going/",
            ):
                assert client.get(address).status_code == 403

    def test_by_itself_it_is_the_last_twelve_months_of_all_one_looks_after(
        self, as_officer, lancaster, furness
    ):
        words = text_of(as_officer.get(reverse("meetings:report")))
        assert "Furness, Lancaster & Morecambe; Lancashire & Cumbria ICT Clusters as a whole." in words

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("start=2026-04-01&end=2026-03-01&clusters={0}", "The last day is before the first."),
            ("start=nonsense&end=2026-03-01&clusters={0}", "A day looks like 2026-04-01."),
            ("start=1900-01-01&end=2026-03-01&clusters={0}", "Ten years at most, please."),
            ("start=2026-04-01&end=2026-05-01", "Choose at least one."),
            ("start=2026-04-01&end=2026-05-01&clusters=x", "One of these is somebody else’s."),
            ("start=%00&end=&clusters=9999999999999999999999", "Say until which day."),
        ],
    )
    def test_says_what_is_wrong(self, as_officer, lancaster, query, sentence):
        page = as_officer.get(f"{reverse('meetings:report')}?{query.format(lancaster.pk)}")
        assert page.status_code == 200
        assert sentence in text_of(page)

    def test_a_drive_is_in_it(self, as_coordinator, lancaster, association):
        drive = factories.DriveFactory(
            association=association, name="250 by March", start=START, end=date(2027, 3, 31)
        )
        factories.TargetFactory(drive=drive)
        assert "250 by March" in text_of(as_coordinator.get(report(clusters=[lancaster])))
        before = {"start": date(2020, 1, 1), "end": date(2020, 2, 1)}
        assert "250 by March" not in text_of(as_coordinator.get(report(clusters=[lancaster], **before)))

    def test_money_is_spread_over_its_days(self, as_coordinator, lancaster):
        factories.SupportFactory(
            cluster=lancaster, amount=365, start=date(2026, 1, 1), end=date(2026, 12, 31)
        )
        assert "£183 In money" in text_of(as_coordinator.get(report(clusters=[lancaster])))

    @pytest.mark.parametrize("size", [1, 6])
    def test_the_number_of_queries_is_fixed(
        self, as_officer, lancaster, furness, association, size, django_assert_max_num_queries
    ):
        fill(random.Random(1), [lancaster, furness], size)
        with django_assert_max_num_queries(24):
            as_officer.get(report(clusters=[lancaster, furness], associations=[association]))


class TestCharts:
    def test_members_over_time_begin_and_end_as_the_figures_do(self, lancaster):
        fill(random.Random(3), [lancaster], 12)
        scope = scope_of(lancaster)
        chart, found = pictures.members_over_time(scope, NOW), numbers(scope)
        assert chart.rows[0] == ("31 March 2026", found["firms-start"])
        assert chart.rows[-1] == ("30 September 2026", found["firms-end"])
        assert len(chart.rows) == 7

    def test_attendance_has_a_row_for_each_meeting(self, lancaster):
        fill(random.Random(3), [lancaster], 12)
        scope = scope_of(lancaster)
        chart, found = pictures.attendance(scope, pictures.meetings_with_people(scope, NOW)), numbers(scope)
        assert len(chart.rows) == found["meetings"]
        assert sum(row[3] for row in chart.rows) == found["attended"]
        assert sum(row[4] for row in chart.rows) == found["no-shows"]

    def test_turns_have_each_firm_once(self, lancaster):
        fill(random.Random(3), [lancaster], 12)
        scope = scope_of(lancaster)
        assert sum(row[1] for row in pictures.turns(scope, NOW).rows) == numbers(scope)["firms-end"]

    def test_the_cadence_is_kept_by_waits_of_up_to_one_and_a_half_times(self, lancaster):
        lancaster.pause_months = [8]
        first = date(2026, 1, 15)
        met = [first + timedelta(days=days) for days in (0, 31, 60, 140)]
        rhythm = pictures.rhythm_of(lancaster, met, first, date(2026, 9, 10))
        assert rhythm.kept == [True, True, False, False]
        assert rhythm.longest == 80
        back_in_september = pictures.rhythm_of(
            lancaster, [date(2026, 7, 16), date(2026, 9, 17)], date(2026, 7, 1), date(2026, 9, 30)
        )
        assert back_in_september.kept == [True]

    @pytest.mark.parametrize("start", [date(2020, 1, 1), date(2026, 9, 30), date(2026, 4, 15)])
    def test_days_run_from_the_day_before_to_the_last(self, lancaster, start):
        days = pictures.days_of(scope_of(lancaster, start=start), NOW)
        assert (days[0], days[-1]) == (start - timedelta(days=1), END)
        assert days == sorted(set(days)) and len(days) <= pictures.MOST_MEETINGS + 2

    def test_a_coordinator_sees_how_the_cluster_is_going_and_strangers_do_not(
        self, client, as_coordinator, as_other_coordinator, lancaster
    ):
        held(lancaster, timezone.now() - timedelta(days=20))
        address = reverse("meetings:cluster-charts", args=["lancaster"])
        words = text_of(as_coordinator.get(address))
        assert "Attendance per meeting" in words and "Cadence kept" in words
        assert as_other_coordinator.get(address).status_code == 403
        assert client.get(address).status_code == 302
