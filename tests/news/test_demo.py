"""The demo content on one day. It is loaded once for all of these tests, which only read."""

import hashlib
import re
from datetime import date, timedelta
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db.models import Count, Exists, OuterRef, Q, Sum
from PIL import Image
from pypdf import PdfReader

from clusters.models import Association, Cluster, Question, Supporter, SupporterLogo, Theme
from clusters.models.question import most_specific
from meetings import agendas
from meetings.models import (
    AgendaEdition,
    Duty,
    Feedback,
    Meeting,
    Presentation,
    Registration,
    RotaOffer,
    Venue,
)
from members.drives import standing_of
from members.models import Company, Drive, Membership, Officer, OutgoingMail, Referral, User
from news import demo
from news.demo.days import LONDON
from news.demo.rota import KNOWN_TURNS
from news.models import Article
from tests.test_page_weight import HTML, LISTS, sent

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)

FIRMS = {
    "carlisle": 27, "penrith": 14, "west-cumbria": 19, "kendal": 23, "furness": 18, "lancaster": 31, "fylde": 26,
    "preston": 38, "blackburn": 29, "burnley": 24, "chorley": 17, "west-lancs": 12,
    "staffordshire": 19, "birmingham": 17, "black-country": 12, "coventry": 11, "worcestershire": 8,
    "shropshire": 6, "herefordshire": 3,
}  # fmt: skip

ALWAYS_ASKED = {
    "what-is-a-cluster", "cost", "funding", "who-can-join", "benefits", "how-to-join", "topics", "how-run", "how-long",
    "talk-to-members", "involvement", "how-often", "where",
}  # fmt: skip

# Real people whom our sources name: their names, e-mail and phone, of which only the fingerprints may be here.
REAL_PEOPLE = {
    "c2bb18a7fd9f4f97", "3f54f797b32bbc30", "dff02150cfdfc8f8", "69834a7aad7cc510", "284067865b7da533",
    "d16cb6ca46feba6d", "d1f66efca02d1054",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def demo_content(demo_on):
    with demo_on(TODAY):
        yield


def own_meetings():
    return Meeting.objects.filter(kind=Meeting.Kind.MEETING)


# --- loading ----------------------------------------------------------------------------------------
def test_a_second_run_changes_nothing_and_says_so():
    models = [
        model
        for name in ("clusters", "members", "meetings", "news")
        for model in apps.get_app_config(name).get_models()
    ]
    before = {model: model.objects.count() for model in models}
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "Nothing was changed." in out.getvalue()
    assert {model: model.objects.count() for model in models} == before


def test_it_keeps_out_of_a_site_that_is_not_a_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demo"):
        call_command("load_demo")


def test_force_loads_into_any_site(settings):
    settings.DEMO = False
    out = StringIO()
    call_command("load_demo", force=True, stdout=out)
    assert "there already" in out.getvalue()


def test_no_mail_is_written_for_what_is_past():
    assert not OutgoingMail.objects.exists()


def test_no_page_of_the_demo_is_heavy(client):
    pages = [association.get_absolute_url() for association in Association.objects.all()]
    pages += [cluster.get_absolute_url() for cluster in Cluster.objects.all()]
    heavy = {page: size for page in LISTS + pages if (size := sent(client.get(page).content)) > HTML}
    assert heavy == {}


# --- organisations ----------------------------------------------------------------------------------
def test_two_associations_with_twelve_clusters_and_seven_branches():
    kinds = (
        Cluster.objects.values_list("association__slug", "kind")
        .annotate(Count("pk"))
        .order_by("association__slug")
    )
    assert list(kinds) == [("lcict", "cluster", 12), ("wmita", "branch", 7)]
    hosts = Association.objects.order_by("slug").values_list("accent", "hostnames__name")
    assert list(hosts) == [("#ffc629", "lcict.localhost"), ("#ff9b5e", "wmita.localhost")]


def test_every_dot_of_a_mark_is_a_cluster():
    for association in Association.objects.all():
        dots = {slug for slug, _, _ in association.mark}
        assert dots == set(association.clusters.values_list("slug", flat=True))


def test_clusters_meet_monthly_to_two_monthly():
    cadences = Cluster.objects.filter(association__slug="lcict").values_list("cadence", flat=True)
    assert set(cadences) == {"monthly", "six-weekly", "two-monthly"}


def test_clusters_cover_districts_that_exist_and_share_none():
    rows = Path(settings.BASE_DIR, "clusters/data/outcodes.csv").read_text().splitlines()
    known = {row.split(",")[0] for row in rows}
    covered = [district for cluster in Cluster.objects.all() for district in cluster.districts]
    assert set(covered) <= known
    assert len(covered) == len(set(covered))


def test_each_cluster_has_topics_under_all_five_themes():
    for cluster in Cluster.objects.all():
        assert set(cluster.topics.values_list("theme", flat=True)) == set(Theme.values)


def test_each_cluster_has_somebody_in_charge():
    for cluster in Cluster.objects.all():
        office = "chairman" if cluster.kind == Cluster.Kind.BRANCH else "coordinator"
        assert cluster.officers.current().filter(office=office).exists()


def test_the_supporters_and_the_public_amount():
    names = set(Supporter.objects.visible_to(AnonymousUser()).values_list("name", flat=True))
    assert names >= {
        "Business Link NW",
        "InfoLab21, Lancaster University",
        "Advantage West Midlands",
        "North Staffordshire Chamber of Commerce",
        "South Staffordshire Chamber of Commerce",
    }
    amounts = Association.objects.get(slug="wmita").supports.filter(amount_public=True)
    assert amounts.aggregate(Sum("amount"))["amount__sum"] == 850_000


@pytest.mark.parametrize("slug", ["lancaster", "staffordshire"])
def test_the_thirteen_questions_are_answered_everywhere(slug):
    answers = most_specific(Question.objects.answering(cluster=Cluster.objects.get(slug=slug)))
    assert {answer.key for answer in answers} >= ALWAYS_ASKED
    assert {answer.live for answer in answers} == set(Question.Live.values)
    assert {answer.specificity for answer in answers} == {0, 1, 2}


# --- firms and people -------------------------------------------------------------------------------
def test_about_280_firms_each_with_words_and_people_of_its_own():
    firms = Company.objects.all()
    assert 275 <= firms.count() <= 290
    for field in ("name", "summary", "website"):
        assert firms.values(field).distinct().count() == firms.count()
    leads = Count("representatives", filter=Q(representatives__role="lead"))
    assert set(firms.annotate(leads=leads).values_list("leads", flat=True)) == {1}


def test_the_clusters_have_the_members_that_were_promised():
    active = Membership.objects.active().values_list("cluster__slug").annotate(Count("company"))
    assert dict(active) == FIRMS


def test_some_firms_wait_left_or_were_refused():
    assert set(Membership.objects.values_list("state", flat=True)) == set(Membership.State.values)
    assert Membership.objects.filter(cluster__slug="lancaster", state="applied").count() == 2


def test_a_coordinator_s_term_has_ended():
    former = Officer.objects.filter(end__lt=TODAY).get()
    assert former.cluster.officers.current().exists()


def test_the_sign_ins_open_what_they_say():
    users = [User.objects.get(email=email) for _, email, _ in demo.sign_ins()]
    assert all(
        user.check_password(password) for user, (_, _, password) in zip(users, demo.sign_ins(), strict=True)
    )
    representative, coordinator, officer, operator = users
    assert representative.representations.get().company.name == "Lune Valley Systems"
    assert Cluster.objects.managed_by(coordinator).get().slug == "lancaster"
    assert set(Cluster.objects.managed_by(officer)) == set(Cluster.objects.filter(association__slug="lcict"))
    assert operator.is_superuser


def test_everybody_has_a_verified_address_and_only_the_sign_ins_a_password():
    users = User.objects.all()
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == users.count()
    assert {user.email for user in users if user.has_usable_password()} == {
        email for _, email, _ in demo.sign_ins()
    }


# --- meetings ---------------------------------------------------------------------------------------
def test_every_active_cluster_has_a_next_meeting_whose_agenda_is_out():
    for cluster in Cluster.objects.filter(state=Cluster.State.ACTIVE):
        meeting = cluster.meetings.filter(kind="meeting").upcoming().first()
        assert meeting.state == Meeting.State.PUBLISHED
        assert not agendas.problems(meeting)
        assert not agendas.differences(meeting.editions.get().content, agendas.snapshot(meeting))
        assert meeting.agreed_company("host")


def test_each_past_meeting_had_one_chair_with_one_showcase():
    past = own_meetings().past()
    assert past.count() > 180
    assert not past.exclude(state=Meeting.State.HELD).exists()
    chairs = Count("duties", filter=Q(duties__role="chair", duties__state="fulfilled"), distinct=True)
    showcases = Count("agenda", filter=Q(agenda__kind="showcase"), distinct=True)
    assert set(past.annotate(n=chairs, of=showcases).values_list("n", "of")) == {(1, 1)}
    for chair in Duty.objects.filter(meeting__in=past, role="chair").select_related("meeting"):
        assert chair.meeting.agenda.get(kind="showcase").company_id == chair.company_id


def test_only_firms_that_offered_are_in_the_rota():
    turns = Duty.objects.filter(meeting__in=own_meetings().past()).exclude(
        reason__startswith="Nobody had offered"
    )
    offers = RotaOffer.objects.filter(
        cluster=OuterRef("meeting__cluster"), company=OuterRef("company"), role=OuterRef("role")
    )
    without = turns.exclude(Exists(offers)).values_list("company__name", flat=True)
    assert set(without) <= {
        firm for known in KNOWN_TURNS.values() for roles in known.values() for firm in roles.values()
    }


def test_turns_in_the_chair_go_round():
    turns = Duty.objects.filter(state="fulfilled", role="chair").values("company", "meeting__cluster")
    assert max(turn["times"] for turn in turns.annotate(times=Count("pk"))) == 2


def test_agendas_fit_their_meetings():
    for meeting in Meeting.objects.annotate(planned=Sum("agenda__minutes")):
        assert (meeting.planned or 0) <= meeting.minutes


def test_nobody_came_who_had_not_joined():
    answers = Registration.objects.filter(meeting__in=own_meetings(), company__isnull=False)
    joined = Membership.objects.filter(
        company=OuterRef("company"),
        cluster=OuterRef("meeting__cluster"),
        joined_at__lt=OuterRef("meeting__starts_at"),
    )
    assert answers.exists()
    assert not answers.exclude(Exists(joined)).exists()


def test_rooms_hold_those_who_came():
    for venue in Venue.objects.all():
        held = venue.meetings.annotate(came=Count("registrations", filter=Q(registrations__state="attended")))
        assert all(meeting.came <= venue.capacity for meeting in held)


def test_the_months_ahead_are_as_real_ones_are():
    ahead = Meeting.objects.filter(starts_at__date__gt=TODAY)
    assert {"draft", "published", "cancelled"} == set(ahead.values_list("state", flat=True))
    assert set(ahead.values_list("openness", flat=True)) == set(Meeting.Openness.values)
    assert ahead.filter(association__isnull=False, kind="networking").exists()
    assert ahead.latest("starts_at").starts_at.date() > TODAY + timedelta(days=150)
    assert ahead.get(state="cancelled").called_off_because
    seen = ahead.visible_to(AnonymousUser())
    assert not seen.filter(Q(state="draft") | Q(openness="members")).exists()


def test_slides_are_real_pdf_files():
    for presentation in Presentation.objects.all():
        with presentation.file.open() as file:
            raw = file.read()
        assert raw.startswith(b"%PDF-") and raw.endswith(b"%%EOF\n")
        assert len(raw) == presentation.size < 10_000
        reader = PdfReader(BytesIO(raw), strict=True)
        assert reader.metadata.title == presentation.title
        words = reader.pages[0].extract_text().split()
        assert words[: len(presentation.title.split())] == presentation.title.split()


def test_slides_show_their_first_page():
    for presentation in Presentation.objects.all()[:20]:
        with presentation.picture.open() as file, Image.open(file) as page:
            assert (page.format, page.width) == ("WEBP", 640)


def test_some_who_came_say_what_they_thought_and_a_few_may_be_quoted():
    assert Feedback.objects.count() > 500 > Feedback.objects.quotes().count() > 50
    assert not Feedback.objects.filter(may_quote=False).exclude(quoted_as="").exists()
    assert not Feedback.objects.exclude(registration__state="attended").exists()


def test_slides_are_mostly_public():
    audiences = Presentation.objects.values_list("audience").annotate(Count("pk"))
    assert dict(audiences)["public"] > 2 * dict(audiences)["members"] > 0


# --- the drive and the news -------------------------------------------------------------------------
def test_the_drive_and_what_it_has_reached():
    drive = Drive.objects.get(state="running")
    assert (drive.end - drive.start).days in (364, 365)
    reached = {one.kind: (one.reached, one.number) for one in standing_of(drive).figures}
    assert reached == {"new-members": (62, 250), "events": (4, 10), "training": (3, 10), "demand": (2, 10)}


def test_a_drive_is_over_and_a_neighbour_was_brought():
    over = Drive.objects.get(state="closed")
    assert over.closed_at and standing_of(over).members.reached > 0
    assert Referral.objects.get().referrer.name == "Ellen Thwaite"
    assert SupporterLogo.objects.count() == 4


def test_the_drive_counted_by_hand_over_all_rows():
    drive = Drive.objects.get(state="running")

    def day(moment):
        return moment.astimezone(LONDON).date()

    joined = {}
    for membership in Membership.objects.select_related("cluster"):
        if membership.cluster.association_id == drive.association_id and membership.joined_at:
            joined.setdefault(membership.company_id, []).append(membership)
    new = [
        firm
        for firm, rows in joined.items()
        if not any(day(row.joined_at) < drive.start for row in rows)
        and any(row.state == "active" and drive.start <= day(row.joined_at) <= drive.end for row in rows)
    ]
    held = dict.fromkeys(Meeting.Kind.values, 0)
    for meeting in Meeting.objects.select_related("cluster"):
        association = meeting.association_id or meeting.cluster.association_id
        over = meeting.state in ("published", "held") and day(meeting.ends_at) < TODAY
        if (
            association == drive.association_id
            and over
            and drive.start <= day(meeting.starts_at) <= drive.end
        ):
            held[meeting.kind] += 1
    reached = {one.kind: one.reached for one in standing_of(drive).figures}
    assert reached == {
        "new-members": len(new),
        "events": held["networking"] + held["public"] + held["trade"],
        "training": held["training"],
        "demand": held["demand"],
    }


def test_sixty_people_attended_the_launch():
    launch = Meeting.objects.get(title="The West Midlands IT Association begins")
    assert launch.registrations.attended().count() == 60
    assert "Staffordshire University" in launch.venue.name
    assert launch.starts_at.date() < Drive.objects.get(state="running").start


def test_the_launch_is_in_the_news():
    story = Article.objects.get(slug="launch-in-staffordshire")
    for fact in ("sixty", "£850,000", "250", "School of Computing", "Advantage West Midlands"):
        assert fact in story.body


def test_news_and_stories_of_which_visitors_see_the_published():
    seen = Article.objects.visible_to(AnonymousUser())
    assert 8 <= seen.count() <= 14
    assert set(seen.values_list("kind", flat=True)) == {"news", "story"}
    assert set(Article.objects.difference(seen).values_list("state", flat=True)) == {
        "submitted",
        "returned",
        "draft",
    }


def test_agendas_are_on_record_for_what_was_sent():
    sent = Meeting.objects.filter(agenda__kind="talk").distinct()
    assert AgendaEdition.objects.count() == sent.count()


# --- real people ------------------------------------------------------------------------------------
TEXT = {".py", ".html", ".txt", ".md", ".css", ".js", ".svg", ".json", ".csv", ".toml", ".yml", ".ics", ""}
NOT_OURS = {
    ".git",
    ".venv",
    "var",
    "node_modules",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
}


def fingerprint(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def files_of_the_tree(folder: Path):
    for path in folder.iterdir():
        if path.name in NOT_OURS:
            continue
        if path.is_dir():
            yield from files_of_the_tree(path)
        elif path.suffix in TEXT:
            yield path


def said_in(text: str) -> set[str]:
    """Words, addresses, pairs of words and long numbers, in lower case."""
    words = re.findall(r"[\w@.-]*\w", text.lower())
    numbers = {re.sub(r"\D", "", number) for number in re.findall(r"\d[\d ]{8,}", text)}
    return {*words, *(f"{first} {second}" for first, second in pairwise(words)), *numbers}


def test_no_real_person_of_our_sources_is_in_the_tree():
    said = set()
    for path in files_of_the_tree(settings.BASE_DIR):
        said |= said_in(path.read_text(encoding="utf-8", errors="replace"))
    assert not REAL_PEOPLE & {fingerprint(words) for words in said}
