"""All data out, and into an empty site again."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from factory.django import DjangoModelFactory

from clusters import archives
from clusters.errors import Refused
from clusters.models import Association
from meetings.models import Meeting
from members.models import Company, MailChoice, Membership, User
from news.kept import EVERYTHING, LEFT_OUT
from tests import factories

OURS = ("clusters", "members", "meetings", "news")
NEVER = {"password", "last_login", "is_superuser", "token"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def full_site(operator):
    """A row of every model that is kept, and a file; nothing in it is plain."""
    made = [f for f in vars(factories).values() if isinstance(f, type) and issubclass(f, DjangoModelFactory)]
    kept = {table.model for table in EVERYTHING}
    for factory in made:
        if factory is not DjangoModelFactory and factory._meta.model in kept:
            factory()
    company = factories.CompanyFactory(
        name='=cmd|"x"',
        about="ünï\r\ncode 🚀, “quoted”",
        expertise=["Python", "a,b"],
        website="https://bay.example",
    )
    article = factories.ArticleFactory()
    article.companies.add(company)
    slides = factories.PresentationFactory(company=company, text="The words in it.")
    slides.file.save("slides.pdf", ContentFile(b"%PDF-1.4\n%%EOF\n"))
    return operator


def export(user, scope=None) -> bytes:
    out = io.BytesIO()
    archives.write(out, EVERYTHING, user, scope)
    return out.getvalue()


def contents(packed: bytes) -> dict[str, bytes]:
    """All but when it was made."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {
            name: archive.read(name)
            for name in archive.namelist()
            if name not in ("manifest.json", "README.md")
        }


def repacked(packed: bytes, **changed: bytes | None) -> io.BytesIO:
    """The archive with some entries changed, added, or (None) taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        entries = {name: old.read(name) for name in old.namelist()} | changed
        for name, content in entries.items():
            if content is not None:
                new.writestr(name, content)
    out.seek(0)
    return out


def empty_the_site() -> None:
    tables = ", ".join(f'"{table.model._meta.db_table}"' for table in EVERYTHING)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    for path in kept_files():
        path.unlink()


def kept_files() -> list[Path]:
    return [path for path in Path(default_storage.location).rglob("*") if path.is_file()]


def test_every_model_of_ours_is_kept_or_left_out_for_a_reason():
    ours = {model for app in OURS for model in apps.get_app_config(app).get_models() if not model._meta.proxy}
    kept = {table.model for table in EVERYTHING}
    assert kept | set(LEFT_OUT) == ours
    assert not kept & set(LEFT_OUT)
    assert all(LEFT_OUT.values())
    assert len({table.name for table in EVERYTHING}) == len(EVERYTHING)


def test_no_secret_leaves_the_site():
    for table in EVERYTHING:
        assert not NEVER & {field.name for field in table.columns()}, table.name


def test_out_and_in_again_is_the_same_site(full_site):
    packed = export(full_site)
    rows = {
        table["name"]: table["rows"]
        for table in json.loads(zipfile.ZipFile(io.BytesIO(packed)).read("manifest.json"))["tables"]
    }
    assert all(rows.values()), rows
    empty_the_site()
    assert archives.load(io.BytesIO(packed), EVERYTHING) == rows
    assert contents(export(full_site)) == contents(packed)
    new = factories.CompanyFactory()  # the numbers go on where they were
    assert new.pk > Company.objects.exclude(pk=new.pk).order_by("pk").last().pk


def test_people_come_back_without_rights_and_passwords(full_site):
    packed = export(full_site)
    empty_the_site()
    archives.load(io.BytesIO(packed), EVERYTHING)
    assert not User.objects.filter(is_superuser=True).exists()
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_the_sheets_can_not_trick_a_spreadsheet(full_site):
    sheet = contents(export(full_site))["csv/companies.csv"].decode("utf-8-sig")
    assert "\"'=cmd|" in sheet


class TestOfAnAssociation:
    def test_has_what_is_looked_after_there_and_a_name_of_the_rest(
        self, association, lancaster, officer, firm
    ):
        elsewhere = factories.MembershipFactory(company__name="Secret Systems").company
        stranger = factories.UserFactory(name="Stranger", email="stranger@secret.example")
        left = factories.MembershipFactory(
            cluster=lancaster, state="left", company__about="Private words"
        ).company
        factories.ActFactory(cluster=lancaster, actor=stranger)
        packed = b"".join(contents(export(officer, association)).values()).decode()
        assert firm.name in packed
        assert left.name in packed and "Private words" not in packed
        assert "Stranger" in packed and "stranger@secret.example" not in packed
        assert elsewhere.name not in packed

    def test_goes_into_an_empty_site(self, association, lancaster, officer, firm):
        meeting = factories.MeetingFactory(cluster=lancaster)
        factories.MembershipFactory(cluster=lancaster, state="left")
        factories.ActFactory(cluster=lancaster, actor=factories.UserFactory(name="Stranger"))
        packed = export(officer, association)
        empty_the_site()
        archives.load(io.BytesIO(packed), EVERYTHING)
        assert Association.objects.get() == association
        assert Meeting.objects.get() == meeting
        assert Membership.objects.count() == 2
        stranger = User.objects.get(name="Stranger")
        assert stranger.email.endswith("@elsewhere.invalid") and not stranger.is_active

    def test_a_coordinator_takes_no_other_cluster(self, association, lancaster, furness, coordinator):
        factories.MembershipFactory(cluster=furness, company__name="Secret Systems")
        packed = b"".join(contents(export(coordinator, association)).values()).decode()
        assert "Secret Systems" not in packed and "Furness" not in packed
        assert lancaster.name in packed

    def test_what_members_do_not_want_goes_along(self, association, officer, member):
        factories.MailChoiceFactory(user=member)
        packed = export(officer, association)
        empty_the_site()
        archives.load(io.BytesIO(packed), EVERYTHING)
        assert MailChoice.objects.get().user_id == member.pk


class TestBadArchives:
    """Each is refused with a sentence, and nothing is written."""

    @pytest.fixture
    def packed(self, operator):
        meeting = factories.MeetingFactory()
        factories.MembershipFactory(cluster=meeting.cluster)
        slides = factories.PresentationFactory(meeting=meeting)
        slides.file.save("slides.pdf", ContentFile(b"%PDF-1.4\n%%EOF\n"))
        packed = export(operator)
        empty_the_site()
        return packed

    @pytest.fixture(autouse=True)
    def nothing_written(self, packed):
        yield
        assert not any(table.model._base_manager.exists() for table in EVERYTHING)
        assert not kept_files()

    def refused(self, file, sentence):
        with pytest.raises(Refused, match=sentence):
            archives.load(file, EVERYTHING)

    def manifest(self, packed, **changes):
        manifest = json.loads(zipfile.ZipFile(io.BytesIO(packed)).read("manifest.json"))
        return json.dumps(manifest | changes).encode()

    def test_no_zip_at_all(self):
        self.refused(io.BytesIO(b"PK no zip"), "not an export")

    def test_a_part_of_one(self, packed):
        self.refused(io.BytesIO(packed[: len(packed) // 2]), "not an export")

    def test_another_version(self, packed):
        self.refused(repacked(packed, **{"manifest.json": self.manifest(packed, format=99)}), "format 99")

    def test_a_manifest_of_nonsense(self, packed):
        for nonsense in (
            b"[]",
            b"{",
            b'{"format": 1}',
            b'{"format": 1, "tables": [1], "outside": [], "files": []}',
        ):
            self.refused(repacked(packed, **{"manifest.json": nonsense}), "not an export")

    def test_altered_rows(self, packed):
        self.refused(
            repacked(packed, **{"json/companies.jsonl": b"{}\n"}), "json/companies.jsonl has been changed"
        )

    def test_missing_rows_and_files(self, packed):
        self.refused(repacked(packed, **{"json/companies.jsonl": None}), "json/companies.jsonl is missing")
        [file] = [name for name in contents(packed) if name.startswith("files/")]
        self.refused(repacked(packed, **{file: None}), "is missing")

    @pytest.mark.parametrize(
        "path", ["../evil", "/etc/evil", "files/../../evil", "files\\..\\evil", "C:evil"]
    )
    def test_names_that_lead_elsewhere(self, packed, path):
        self.refused(repacked(packed, **{path: b"evil"}), "no name that an export")

    def test_files_that_no_row_has(self, packed):
        self.refused(repacked(packed, **{"files/evil.html": b"<script>"}), "does not belong")

    def test_a_bomb(self, packed):
        self.refused(repacked(packed, **{"files/bomb": b"\0" * 30 * 1024**2}), "unpacks to far more")

    @pytest.mark.parametrize(
        ("column", "value", "sentence"),
        [
            ("state", "conquered", "Line 1 of memberships"),
            ("cluster_id", 10**9, "refer to others that are not there"),
            ("cluster_id", "x", "Line 1 of memberships"),
            ("applied_at", "yesterday", "Line 1 of memberships"),
            ("joined_at", None, "Line 1 of memberships"),
            ("message", "\0", "Line 1 of memberships"),
            ("id", None, "Line 1 of memberships"),
        ],
    )
    def test_rows_that_can_not_be_though_their_digest_is_right(self, packed, column, value, sentence):
        manifest = json.loads(zipfile.ZipFile(io.BytesIO(packed)).read("manifest.json"))
        [table] = [table for table in manifest["tables"] if table["name"] == "memberships"]
        lines = zipfile.ZipFile(io.BytesIO(packed)).read(table["entry"]).splitlines()
        lines[0] = json.dumps(json.loads(lines[0]) | {column: value}).encode()
        rows = b"".join(line + b"\n" for line in lines)
        table["sha256"] = hashlib.sha256(rows).hexdigest()
        changed = {table["entry"]: rows, "manifest.json": json.dumps(manifest).encode()}
        self.refused(repacked(packed, **changed), sentence)


def test_a_site_that_is_not_empty_is_left_alone(full_site):
    packed = export(full_site)
    number = Company.objects.count()
    with pytest.raises(Refused, match="here already"):
        archives.load(io.BytesIO(packed), EVERYTHING)
    assert Company.objects.count() == number


def test_the_command_loads_and_makes_the_operator(full_site, tmp_path, capsys):
    file = tmp_path / "all.zip"
    file.write_bytes(export(full_site))
    empty_the_site()
    with pytest.raises(CommandError, match="Nobody in this export"):
        call_command("load_export", str(file), operator="nobody@firm.example")
    assert not Company.objects.exists()
    call_command("load_export", str(file), operator=full_site.email)
    assert User.objects.get(is_superuser=True).email == full_site.email
    assert "companies" in capsys.readouterr().out
    with pytest.raises(CommandError, match="here already"):
        call_command("load_export", str(file))
