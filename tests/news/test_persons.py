"""What is held of a person: all of it in their copy, none of it left when they go."""

import io
import json
import re
from contextlib import suppress
from datetime import timedelta
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.utils import timezone
from factory.django import DjangoModelFactory
from psycopg2.sql import SQL, Identifier

from clusters import trail
from clusters.errors import Refused
from clusters.in_hand import busy_in
from clusters.models import Act
from meetings.models import Presentation, PrivateCalendar, Registration
from members.models import Import, MailChoice, OutgoingMail, ReferralLink, Representative, User
from news.held import EVERYTHING, OF_NO_PERSON
from news.persons import copies, erasing, names
from tests import factories
from tests.members.at_once import at_once

NAME, ADDRESS = "Zebedee O'Quill", "zebedee.oquill@fell.example"
SAID = f"{NAME.upper()} <{ADDRESS.upper()}>"
FACTORIES = {
    one._meta.model: one
    for one in vars(factories).values()
    if isinstance(one, type) and issubclass(one, DjangoModelFactory) and one is not DjangoModelFactory
}
SECRETS = ("token-of-the-calendar", "code-of-neighbours", "totp-secret", "key-of-session", "Code 482911")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def zebedee(lancaster, firm):
    person = factories.UserFactory(name=NAME, email=ADDRESS)
    factories.RepresentativeFactory(user=person, company=firm, role=Representative.Role.LEAD)
    return person


def everywhere(person) -> None:
    """A row of each model that leads to the person by each of its ways, with name and address in all its texts."""
    for model, factory in FACTORIES.items():
        if model is User:
            continue
        ways = [field for field in model._meta.concrete_fields if field.related_model is User] or [None]
        for way in ways:
            if model in (EmailAddress, MailChoice) and way is None:
                continue
            row = factory(**({way.name: person} if way else {}))
            write_over(row)


def write_over(row) -> None:
    values = {}
    for field in names.texts_of(type(row)):
        limit = field.max_length or 10_000
        if isinstance(field, models.EmailField):
            values[field.name] = ADDRESS
        elif isinstance(field, models.JSONField):
            values[field.name] = {"said": [SAID, {NAME: 1}]}
        elif isinstance(field, ArrayField):
            values[field.name] = [NAME] if field.base_field.max_length >= len(NAME) else []
        elif isinstance(field, models.URLField) or field.unique:
            continue
        elif limit >= len(SAID):
            values[field.name] = SAID
        elif limit >= len(NAME):
            values[field.name] = NAME
    if isinstance(row, Act):
        return
    for column, value in values.items():
        with suppress(IntegrityError), transaction.atomic():  # some words stand only with others
            type(row)._base_manager.filter(pk=row.pk).update(**{column: value})


def libraries(person) -> None:
    Authenticator.objects.create(user=person, type="totp", data={"secret": "totp-secret"})
    UserSession.objects.create(
        user=person, ip="192.0.2.7", user_agent="Browser of Zebedee", session_key="key-of-session"
    )
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=person, content_type=kind, object_id="1", object_repr=NAME, action_flag=2, change_message=NAME
    )
    factories.OutgoingMailFactory(
        user=person, to=person.email, kind="account", subject="Code 482911", text="Code 482911"
    )
    factories.OutgoingMailFactory(to="b@x.example", calendar="SUMMARY:Zebe\r\n dee O'Qui\r\n ll talks")
    factories.OutgoingMailFactory(to="c@x.example", html="<p>Zebedee O&#x27;Quill</p>")
    PrivateCalendar.objects.filter(user=person).update(token="token-of-the-calendar")
    ReferralLink.objects.filter(user=person).update(code="code-of-neighbours")


def found(*words) -> list[str]:
    """Where the words stand, in any row of any table, also where a line of a calendar is broken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        places = []
        for (table,) in cursor.fetchall():
            rows = SQL("SELECT t::text FROM {} t").format(Identifier(table))
            cursor.execute(rows)
            for (row,) in cursor.fetchall():
                unfolded = re.sub(r"\r?\n ", "", row).lower()
                places += [f"{table}: {row[:300]}" for word in words if word.lower() in unfolded]
        return places


# --- the register -----------------------------------------------------------------------------------------
def test_every_column_that_leads_to_a_person_is_held_with_a_decision():
    said = {
        f"{held.model._meta.label}.{way.split('__')[0]}"
        for held in EVERYTHING
        for way in [*held.person.split(), *held.address.split()]
    } | set(OF_NO_PERSON)
    leading = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if not model._meta.proxy
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if (isinstance(field, models.EmailField) and model is not User)
        or (field.related_model is User and not field.auto_created)
    } | {f"members.User.{name}" for name in ("groups", "user_permissions")}
    assert leading - said == set()


def test_every_line_names_columns_that_are_there():
    for held in EVERYTHING:
        names_of = {field.name for field in held.model._meta.concrete_fields}
        assert {*held.only, *held.without, *held.emptied} <= names_of, held.name
    assert len({held.name for held in EVERYTHING}) == len(EVERYTHING)


# --- the copy ---------------------------------------------------------------------------------------------
def copy_of(person) -> ZipFile:
    out = io.BytesIO()
    copies.write(out, person)
    return ZipFile(out)


@pytest.mark.django_db(transaction=True)
def test_the_copy_has_all_that_is_held_and_no_secret(zebedee, firm):
    MailChoice.objects.refuse(zebedee, MailChoice.Kind.NEWS)
    everywhere(zebedee)
    libraries(zebedee)
    answer = factories.RegistrationFactory(user=zebedee)
    factories.RegistrationFactory(brought_by=answer, name="Colleague Brought")
    factories.FeedbackFactory(registration=answer, comment="A fine evening")
    factories.ColleagueInvitationFactory(email=ADDRESS, accepted_at=timezone.now())
    trail.record(zebedee, "approved", firm)
    slides = factories.PresentationFactory(presenter=zebedee)
    slides.file.save("x.pdf", ContentFile(b"%PDF-of-zebedee"))
    factories.RegistrationFactory(meeting=answer.meeting, user=factories.UserFactory(name="Mina Other"))

    copy = copy_of(zebedee)
    tables = json.loads(copy.read("everything.json"))
    assert [name for name, rows in tables.items() if not rows] == []
    assert copy.read(f"files/{slides.file.name}") == b"%PDF-of-zebedee"
    everything = b"".join(copy.read(name) for name in copy.namelist()).decode("utf-8", "replace")
    for secret in (zebedee.password, *SECRETS, "Mina Other"):
        assert secret not in everything
    for name in ("feedback", "mails-to-you", "answers-to-meetings"):
        assert name in copy.read("README.txt").decode()
        assert f"tables/{name}.csv" in copy.namelist()


@pytest.mark.django_db(transaction=True)
def test_links_in_mails_lead_nowhere_in_the_copy(zebedee):
    factories.OutgoingMailFactory(
        user=zebedee, to=ADDRESS, text="Say yes: http://site.example/turns/signed:token/ soon."
    )
    (mail,) = json.loads(copy_of(zebedee).read("everything.json"))["mails-to-you"]
    assert mail["text"] == "Say yes: http://site.example/… soon."


@pytest.mark.django_db(transaction=True)
def test_the_copy_comes_with_one_click(zebedee):
    client = Client()
    client.force_login(zebedee)
    assert "Download everything about me" in client.get("/me/data/").content.decode()
    response = client.post("/me/data/copy.zip")
    copy = ZipFile(io.BytesIO(b"".join(response)))
    assert NAME in copy.read("README.txt").decode()
    assert "private" in response["Cache-Control"]


# --- going ------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_nothing_of_the_person_is_left_anywhere(zebedee, firm, lancaster):
    everywhere(zebedee)
    libraries(zebedee)
    trail.record(None, "invited", zebedee, cluster=lancaster, note=f"By list: {SAID}")
    assert found(ADDRESS, "O'Quill")
    erasing.erase(zebedee)
    assert found(ADDRESS, "zebedee", "quill") == []
    zebedee.refresh_from_db()
    assert (zebedee.name, zebedee.is_active) == (erasing.NAME, False)
    for held in EVERYTHING:
        if held.after is not erasing.After.STAYS:
            assert not held.rows(zebedee, [ADDRESS]).exists(), held.name


@pytest.mark.django_db
def test_what_the_firm_did_still_counts(zebedee, firm, lancaster, django_capture_on_commit_callbacks):
    now = timezone.now()
    past = factories.MeetingFactory(cluster=lancaster, starts_at=now - timedelta(days=30))
    factories.RegistrationFactory(meeting=past, user=zebedee, company=firm, state="attended", needs="a ramp")
    guest_at = factories.MeetingFactory(cluster=lancaster, starts_at=now - timedelta(days=60))
    factories.RegistrationFactory(meeting=guest_at, user=None, name=NAME, email=ADDRESS, state="no-show")
    talk = factories.PresentationFactory(meeting=past, company=firm, presenter=zebedee, state="published")
    talk.file.save("x.pdf", ContentFile(b"%PDF of the firm"))
    own = factories.PresentationFactory(meeting=past, company=None, presenter=zebedee, state="published")
    own.file.save("y.pdf", ContentFile(b"%PDF of one person"))
    factories.DutyFactory(meeting=past, company=firm, state="fulfilled", decided_by=zebedee)

    def figures():
        return (
            Registration.objects.attended().count(),
            Registration.objects.expected().count(),
            Registration.objects.walk_ins().count(),
            Presentation.objects.count(),
            firm.duties.filter(state="fulfilled").count(),
            firm.memberships.active().count(),
        )

    before = figures()
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(zebedee)
    assert figures() == before
    assert default_storage.exists(talk.file.name)
    assert not default_storage.exists(own.file.name)


@pytest.mark.django_db
def test_places_offices_and_firms_pass_to_others(zebedee, firm, lancaster, coordinator):
    meeting = factories.MeetingFactory(cluster=lancaster, capacity=1)
    factories.RegistrationFactory(meeting=meeting, user=zebedee)
    next_one = factories.RegistrationFactory(meeting=meeting, state="waitlisted", queue_number=1)
    factories.OfficerFactory(user=zebedee, cluster=lancaster, start=timezone.localdate() - timedelta(days=9))
    erasing.erase(zebedee)
    next_one.refresh_from_db()
    firm.refresh_from_db()
    assert next_one.state == Registration.State.REGISTERED
    assert firm.unrepresented_since
    assert not lancaster.officers.current().filter(user=zebedee).exists()
    told = OutgoingMail.objects.filter(to=coordinator.email)
    assert {"office-left", "unrepresented"} <= set(told.values_list("kind", flat=True))
    assert firm.memberships.active().exists()


@pytest.mark.django_db
def test_a_namesake_and_longer_names_stay(zebedee, firm, lancaster):
    namesake = factories.UserFactory(name=NAME)
    firm.about = f"Founded by {NAME}."
    firm.save()
    trail.record(None, "met", namesake, cluster=lancaster)
    trail.record(None, "met", zebedee, cluster=lancaster)
    erasing.erase(zebedee)
    firm.refresh_from_db()
    namesake.refresh_from_db()
    assert namesake.name == NAME
    assert firm.about == f"Founded by {NAME}."  # it may mean the other one
    assert set(Act.objects.filter(verb="met").values_list("subject", flat=True)) == {NAME, names.SOMEBODY}


@pytest.mark.django_db
def test_parts_of_longer_names_and_addresses_are_somebody_elses(firm):
    person = factories.UserFactory(name="Ann Lee", email="lee@x.example")
    other = factories.UserFactory(name="Ann Lee-Jones", email="ann.lee@x.example")
    firm.about = "Ann Lee-Jones and Ann Lee. lee@x.example.org"
    firm.save()
    erasing.erase(person)
    firm.refresh_from_db()
    other.refresh_from_db()
    assert firm.about == "Ann Lee-Jones and a former member. lee@x.example.org"
    assert (other.name, other.email) == ("Ann Lee-Jones", "ann.lee@x.example")


@pytest.mark.django_db
def test_the_only_operator_stays(operator):
    with pytest.raises(Refused, match="only operator"):
        erasing.erase(operator)


@pytest.mark.django_db(transaction=True)
def test_twice_at_once_is_once(zebedee):
    outcomes = at_once(*[lambda: erasing.erase(zebedee)] * 2)
    assert [one for one in outcomes if one is not None and not isinstance(one, Refused)] == []
    assert Act.objects.filter(verb="deleted the account of").count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_a_list_is_read_in_it_waits(zebedee):
    from threading import Event

    reading, tried = Event(), Event()

    def read_in():
        with transaction.atomic():
            busy_in(Import.READ_IN)
            reading.set()
            tried.wait(10)

    def go():
        reading.wait(10)
        try:
            erasing.erase(zebedee)
        finally:
            tried.set()

    _, refusal = at_once(read_in, go)
    assert "Try again in a minute" in str(refusal)
    erasing.erase(zebedee)


# --- the page ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_deleting_asks_for_the_password_then_for_the_address(zebedee, firm):
    client = Client()
    client.force_login(zebedee)
    asked = client.get("/me/data/delete/")
    assert asked.status_code == 302 and "/accounts/reauthenticate/" in asked["Location"]
    client.post(asked["Location"], {"password": factories.PASSWORD})
    page = client.get("/me/data/delete/").content.decode()
    assert "has nobody but you" in page and firm.name in page
    refused = client.post("/me/data/delete/", {"email": "somebody@else.example"})
    assert "Nothing has been deleted" in refused.content.decode()
    assert User.objects.filter(email=ADDRESS).exists()
    done = client.post("/me/data/delete/", {"email": ADDRESS.upper()}, follow=True)
    assert "Your account is deleted" in done.content.decode()
    assert client.get("/me/").status_code == 302
    assert not User.objects.filter(email=ADDRESS).exists()


@pytest.mark.django_db
def test_who_has_no_password_signs_in_anew(zebedee):
    zebedee.set_unusable_password()
    zebedee.save()
    client = Client()
    client.force_login(zebedee)
    response = client.post("/me/data/delete/", {"email": ADDRESS})
    assert response["Location"].startswith("/accounts/login/code/")
    assert User.objects.filter(email=ADDRESS).exists()
