"""Exports of all data on the desk: made by the worker, for their maker alone, kept for a week."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from members import exports
from members.models import Export, Officer
from news.exports import make_next
from tests import factories
from tests.conftest import client_of

from .at_once import at_once


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def download(client, export):
    return client.get(reverse("admin:members_export_download", args=[export.pk]))


@pytest.mark.django_db(transaction=True)
class TestMaking:
    def test_one_click_and_a_zip_to_download(self, as_coordinator, lancaster, furness, firm):
        factories.MembershipFactory(cluster=furness, company__name="Walney Controls")
        answer = as_coordinator.post(reverse("admin:members_export_add"), {"of": f"cluster:{lancaster.pk}"})
        assert "The file is being made" in as_coordinator.get(answer.url).content.decode()
        at_once(make_next, make_next)
        export = Export.objects.get()
        assert export.state == Export.State.DONE
        assert "Download the ZIP" in as_coordinator.get(answer.url).content.decode()
        packed = b"".join(download(as_coordinator, export).streaming_content)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            companies = archive.read("csv/companies.csv").decode()
            assert "README.md" in archive.namelist()
        assert firm.name in companies and "Walney Controls" not in companies

    def test_a_worker_that_died_leaves_it_to_the_next(self, coordinator, lancaster, monkeypatch):
        export = exports.ask(lancaster, by=coordinator)

        def die(*args, **kwargs):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("news.exports.archives.write", die)
            with pytest.raises(KeyboardInterrupt):
                make_next()
        assert make_next() and not make_next()
        export.refresh_from_db()
        assert export.state == Export.State.DONE


class TestWhose:
    @pytest.fixture
    def export(self, coordinator, lancaster):
        export = factories.ExportFactory(
            by=coordinator, cluster=lancaster, state="done", made_at=timezone.now(), size=3
        )
        export.file.save("x.zip", ContentFile(b"PK!"))
        return export

    def test_its_maker_alone(self, export, as_coordinator, as_officer, lancaster):
        colleague = factories.OfficerFactory(cluster=lancaster).user
        answer = download(as_coordinator, export)
        assert answer.getvalue() == b"PK!" and "attachment" in answer["Content-Disposition"]
        for client in (as_officer, client_of(colleague)):
            assert download(client, export).status_code == 404

    def test_no_longer_without_the_office(self, export, coordinator, as_coordinator):
        factories.OfficerFactory(user=coordinator)
        Officer.objects.filter(cluster=export.cluster).update(end=timezone.localdate() - timedelta(days=1))
        assert download(as_coordinator, export).status_code == 404

    def test_only_of_what_one_looks_after(self, as_coordinator, furness, association):
        for of in (f"cluster:{furness.pk}", f"association:{association.pk}", "site", "cluster:x", ""):
            page = as_coordinator.post(reverse("admin:members_export_add"), {"of": of})
            assert page.status_code == 200
        assert not Export.objects.exists()

    def test_is_forgotten_with_its_file(self, export):
        name = export.file.name
        Export.objects.update(asked_at=timezone.now() - exports.KEEP - timedelta(hours=1))
        exports.forget_old()
        assert not Export.objects.exists() and not default_storage.exists(name)


def test_asked_twice_it_is_made_once(coordinator, lancaster):
    assert exports.ask(lancaster, by=coordinator) == exports.ask(lancaster, by=coordinator)
