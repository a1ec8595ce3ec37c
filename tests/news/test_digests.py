"""The weekly mail: on Mondays, once for each person, with what is theirs to see, and never empty."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from clusters.models import Theme
from meetings.models import Meeting
from members.models import MailChoice, OutgoingMail
from news import digests
from news.models import Digest
from tests import factories
from tests.members.at_once import at_once

Kind, How = MailChoice.Kind, MailChoice.How
MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
FRIDAY = MONDAY - timedelta(days=3)


@pytest.fixture
def friday():
    with time_machine.travel(FRIDAY, tick=False):
        yield


def mails():
    return list(OutgoingMail.objects.filter(kind="digest").order_by("pk"))


def told(lancaster, title="A contract won", **fields):
    fields = {"published_at": FRIDAY, **fields}
    return factories.ArticleFactory(association=lancaster.association, title=title, **fields)


def ask(cluster, title="Who knows CNC?", **fields):
    company = factories.MembershipFactory(cluster=cluster).company
    fields = {"until": (MONDAY + timedelta(days=9)).date(), "posted_at": FRIDAY, **fields}
    return factories.OpportunityFactory(company=company, title=title, theme=Theme.SKILLS, **fields)


class TestWhatIsInIt:
    def test_new_asks_stories_and_coming_meetings(self, friday, lancaster, member):
        told(lancaster)
        asked = ask(lancaster)
        starts = MONDAY + timedelta(days=10)
        factories.MeetingFactory(
            cluster=lancaster, title="Round the table", starts_at=starts, ends_at=starts + timedelta(hours=2)
        )
        digests.send_weekly(MONDAY)
        [mail] = [mail for mail in mails() if mail.user == member]
        assert mail.subject == "Your week: 1 ask or offer, 1 story"
        here = asked.get_absolute_url()
        for part in ("Who knows CNC?", here, "A contract won", "Round the table", "/me/mail/"):
            assert part in mail.text
        assert f'{here}">Who knows CNC?</a>' in mail.html
        assert mail.unsubscribe_url

    def test_nothing_new_is_no_mail(self, friday, lancaster, member):
        told(lancaster, published_at=MONDAY - timedelta(days=8))
        starts = MONDAY + timedelta(days=10)
        factories.MeetingFactory(cluster=lancaster, starts_at=starts, ends_at=starts + timedelta(hours=2))
        digests.send_weekly(MONDAY)
        assert not mails() and Digest.objects.get().mails == 0

    def test_who_has_agendas_weekly_hears_of_meetings_by_it(self, friday, lancaster, member):
        MailChoice.objects.choose(member, Kind.AGENDAS, How.WEEKLY)
        starts = MONDAY + timedelta(days=10)
        fields = {"starts_at": starts, "ends_at": starts + timedelta(hours=2)}
        factories.MeetingFactory(cluster=lancaster, title="Ours", openness=Meeting.Openness.MEMBERS, **fields)
        factories.MeetingFactory(cluster=lancaster, title="Secret draft", state="draft", **fields)
        factories.MeetingFactory(title="Secret elsewhere", openness=Meeting.Openness.MEMBERS, **fields)
        digests.send_weekly(MONDAY)
        [mail] = mails()
        assert (
            mail.subject == "Your week: 1 meeting ahead" and "Ours" in mail.html and "Secret" not in mail.text
        )

    def test_letters_for_who_wants_them_weekly(self, friday, lancaster, member):
        factories.LetterFactory(cluster=lancaster, subject="A room for May", state="sent", sent_at=FRIDAY)
        digests.send_weekly(MONDAY)
        assert not mails()
        Digest.objects.all().delete()
        MailChoice.objects.choose(member, Kind.LETTERS, How.WEEKLY)
        digests.send_weekly(MONDAY)
        assert "A room for May" in mails()[0].text

    def test_only_what_the_person_may_see_and_wants(self, friday, lancaster, furness, member):
        told(lancaster, "Secret draft", state="draft", published_at=None)
        told(lancaster, "Secret tomorrow", published_at=MONDAY + timedelta(days=1))
        factories.ArticleFactory(title="Secret elsewhere", published_at=FRIDAY)
        secret = ask(furness, "Secret of Furness", to_all=False)
        secret.clusters.add(furness)
        ask(lancaster, "Secret and over", until=FRIDAY.date())
        told(lancaster)
        MailChoice.objects.refuse(member, Kind.OPPORTUNITIES)
        ask(lancaster, "Not wanted")
        digests.send_weekly(MONDAY)
        [mail] = [mail for mail in mails() if mail.user == member]
        assert "A contract won" in mail.text and "Secret" not in mail.text and "Not wanted" not in mail.text


class TestWhen:
    @pytest.fixture(autouse=True)
    def news(self, friday, lancaster, member):
        told(lancaster)

    @pytest.mark.parametrize(
        ("moment", "number"),
        [
            (datetime(2026, 11, 23, 6, 59, tzinfo=UTC), 0),
            (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), 1),
            (datetime(2026, 11, 25, 23, 0, tzinfo=UTC), 1),
            (datetime(2026, 11, 26, 9, 0, tzinfo=UTC), 0),
            (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), 0),
        ],
        ids=["too early", "Monday at seven", "late, after a pause", "too late", "Sunday"],
    )
    def test_goes_from_monday_at_seven_until_wednesday(self, moment, number):
        digests.send_weekly(moment)
        assert len(mails()) == number

    def test_a_week_has_one(self, lancaster):
        for minute in range(3):
            digests.send_weekly(MONDAY + timedelta(minutes=minute))
        told(lancaster, "Newer")
        digests.send_weekly(MONDAY + timedelta(days=1))
        assert len(mails()) == 1 and Digest.objects.get().mails == 1

    def test_the_next_one_goes_on_where_the_last_ended(self, lancaster):
        digests.send_weekly(MONDAY)
        with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
            told(lancaster, "In between", published_at=timezone.now())
        with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
            digests.send_weekly()
        assert len(mails()) == 2
        assert "In between" in mails()[1].text and "A contract won" not in mails()[1].text

    def test_who_stopped_it_gets_none_and_may_press_twice(self, client, member):
        digests.send_weekly(MONDAY)
        path = "/" + mails()[0].unsubscribe_url.split("/", 3)[3]
        for _ in range(2):
            assert client.post(path).status_code == 200
        OutgoingMail.objects.all().delete()
        Digest.objects.all().delete()
        digests.send_weekly(MONDAY)
        assert not mails()


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "hour"), [(19, 6), (26, 7)])
def test_seven_is_seven_by_the_clock_on_the_wall(day, hour, lancaster, member):
    """In 2026 the clocks go back on Sunday 25 October; the 19th is in summer time, the 26th is not."""
    monday = datetime(2026, 10, day, tzinfo=UTC)
    with time_machine.travel(monday, tick=False):
        told(lancaster, published_at=monday - timedelta(days=1))
        digests.send_weekly(monday + timedelta(hours=hour, minutes=-1))
        assert not mails()
        digests.send_weekly(monday + timedelta(hours=hour))
        assert len(mails()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one(lancaster, member):
    with time_machine.travel(MONDAY, tick=False):
        told(lancaster, published_at=FRIDAY)
        at_once(lambda: digests.send_weekly(MONDAY), lambda: digests.send_weekly(MONDAY))
        assert len(mails()) == 1 and Digest.objects.count() == 1
