"""Real archives of the tests' database, restored for real."""

import io
import json
import tarfile
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from clusters import backups
from clusters.backups import databases
from clusters.changes import numbers_of_changes
from clusters.errors import Refused
from clusters.models import Cluster
from meetings.models import Presentation
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "backups"
    return settings.MEDIA_ROOT


@pytest.fixture
def slides():
    presentation = factories.PresentationFactory(title="Ünïcode & “quotes”")
    presentation.file.save("slides.pdf", ContentFile(b"%PDF-1.4 what was said"))
    return presentation


@pytest.fixture
def drop_former():
    names = []
    yield names
    with connection._nodb_cursor() as cursor:
        for name in names:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def names_of_databases():
    """Ours; other processes have theirs beside them."""
    ours = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [ours])
        return {name for (name,) in cursor.fetchall()}


def rewritten(archive, change):
    """A copy of the archive with its members changed, as somebody else could."""
    with tarfile.open(archive) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}
    change(members)
    copy = archive.with_name("changed.tar")
    with tarfile.open(copy, "w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return copy


def another_manifest(**changes):
    def change(members):
        manifest = json.loads(members["manifest.json"])
        manifest.update(changes)
        members["manifest.json"] = json.dumps(manifest).encode()

    return change


def test_what_was_backed_up_comes_back_and_what_came_since_stays_beside(
    slides, tmp_path, drop_former, as_member
):
    before = names_of_databases()
    assert as_member.get("/me/").status_code == 200
    archive = backups.write(tmp_path / "backups", keep=3, now=NIGHT)
    assert archive.name == "clusters-20261122T020000Z.tar"
    assert archive.stat().st_mode & 0o077 == 0  # nobody else reads it
    assert names_of_databases() == before  # the proof left nothing behind

    path = slides.file.name
    Presentation.objects.update(title="Spoilt")
    default_storage.delete(path)
    default_storage.save(path, ContentFile(b"something else"))
    factories.ClusterFactory(name="Founded since")

    former = backups.restore(archive, now=NIGHT)
    drop_former.append(former)
    restored = Presentation.objects.get()
    assert restored.title == "Ünïcode & “quotes”"
    with restored.file.open() as file:
        assert file.read() == b"%PDF-1.4 what was said"
    assert not Cluster.objects.filter(name="Founded since").exists()
    assert names_of_databases() == before | {former}
    with databases.connected_to(former) as cursor:
        cursor.execute("SELECT count(*) FROM clusters_cluster WHERE name = 'Founded since'")
        assert cursor.fetchone() == (1,)
    factories.ClusterFactory()  # numbers go on where they were
    assert as_member.get("/me/").status_code == 302  # nobody stays signed in


def test_what_is_kept_of_the_former_database_is_never_taken_for_the_restored_one(
    slides, tmp_path, drop_former, client
):
    """Though as much is changed after the restore as was after the backup."""
    archive = backups.write(tmp_path / "backups", keep=1, now=NIGHT)
    old = numbers_of_changes()
    factories.ClusterFactory(name="Founded since")
    assert b"Founded since" in client.get("/clusters/").content
    drop_former.append(backups.restore(archive, now=NIGHT))
    factories.ClusterFactory(name="Founded after it")
    page = client.get("/clusters/").content
    assert b"Founded after it" in page
    assert b"Founded since" not in page
    now = numbers_of_changes()
    assert old.keys() == now.keys()
    assert not any(old[about] <= number < old[about] + 1000 for about, number in now.items())


def test_a_damaged_or_changed_archive_changes_nothing(slides, tmp_path):
    archive = backups.write(tmp_path / "backups", keep=1)
    before = names_of_databases()
    for change, sentence in (
        (lambda members: members.update({"database.dump": b"PGDMP"}), "is damaged: database.dump"),
        (lambda members: members.pop("database.dump"), "is damaged: database.dump"),
        (lambda members: members.update({"files/../../evil": b"x"}), "does not belong to it"),
        (lambda members: members.pop("manifest.json"), "can't be read as a backup"),
        (lambda members: members.update({"manifest.json": b"{}"}), "a version that this one doesn't know"),
        (another_manifest(migrations=["members.9999_of_the_future"]), "Upgrade first"),
        (another_manifest(tables={"clusters_cluster": [2, "1"]}), "does not restore: clusters_cluster"),
    ):
        with pytest.raises(Refused, match=sentence):
            backups.restore(rewritten(archive, change))
    assert names_of_databases() == before
    assert Presentation.objects.get() == slides


def test_the_commands_say_what_they_did_and_what_is_lost(slides, settings, capsys, drop_former, monkeypatch):
    older = [f"clusters-202601{day:02}T020000Z.tar" for day in range(1, 31)]
    settings.BACKUP_DIR.mkdir()
    for name in [*older, "notes.txt"]:
        (settings.BACKUP_DIR / name).touch()
    default_storage.delete(slides.file.name)
    call_command("backup", keep=3)
    archive, *rest = backups.archives(settings.BACKUP_DIR)
    assert [path.name for path in rest] == [older[-1], older[-2]]
    assert (settings.BACKUP_DIR / "notes.txt").exists()
    said = capsys.readouterr()
    assert "Restored once to prove it." in said.out
    assert slides.file.name in said.err

    monkeypatch.setattr("builtins.input", lambda prompt: "no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", archive)
    call_command("restore", archive, prove=True)
    call_command("restore", archive, yes=True)
    said = capsys.readouterr().out
    drop_former.extend(
        name for name in names_of_databases() if f"{connection.settings_dict['NAME']}_before_" in name
    )
    assert "Whole, and restores to what was there" in said
    assert f"is in the database {drop_former[0]}" in said


def test_a_place_that_can_not_be_written_to_is_told_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refused, match="could not be written: Not a directory"):
        backups.write(tmp_path / "file" / "backups", keep=1)
