from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.utils import timezone

from clusters import trail
from clusters.desk import LeavesTrail
from clusters.models import Act
from tests import factories

pytestmark = pytest.mark.django_db

URL = "/admin/clusters/act/"


@pytest.fixture
def acts(coordinator, lancaster, furness, association):
    return [
        trail.record(coordinator, "renamed", lancaster, cluster=lancaster, note="Was: Lancaster"),
        trail.record(coordinator, "moved", furness, cluster=furness),
        trail.record(None, "closed", association, association=association),
    ]


def test_a_line_says_who_did_what(acts, coordinator, lancaster, association):
    act = Act.objects.get(verb="renamed")
    assert (act.actor, act.subject, act.subject_id) == (coordinator, "Lancaster & Morecambe", lancaster.pk)
    assert act.cluster == lancaster
    assert str(act) == f"{coordinator} renamed Lancaster & Morecambe"
    assert str(acts[2]) == f"The site closed {association}"


def test_long_words_are_cut(lancaster):
    lancaster.name = "x" * 300
    act = trail.record(None, "renamed", lancaster, note="y" * 600)
    act.refresh_from_db()
    assert (len(act.subject), len(act.note)) == (250, 500)


def test_a_coordinator_reads_the_own_cluster_s_lines_alone(acts, as_coordinator):
    page = as_coordinator.get(URL).content.decode()
    assert "Was: Lancaster" in page
    assert "Furness" not in page


def test_an_officer_reads_all_of_the_association(acts, as_officer):
    page = as_officer.get(URL).content.decode()
    assert "Was: Lancaster" in page
    assert "Furness" in page


def test_lines_are_found_by_words(acts, as_officer):
    page = as_officer.get(URL, {"q": "was"}).content.decode()
    assert "renamed" in page
    assert "Was: Lancaster" in page
    assert page.count("Furness") == 1  # in the filter


def test_words_and_names_find_lines_together(acts, as_officer, coordinator):
    first = coordinator.name.split()[0]
    page = as_officer.get(URL, {"q": f"{first} renamed"}).content.decode()
    assert "Was: Lancaster" in page
    assert "moved</td>" not in page
    for odd in ("\0", "%", '"', "x" * 5000, "🎉"):
        assert as_officer.get(URL, {"q": odd}).status_code == 200


def test_the_database_refuses_to_change_or_delete_a_line(acts):
    for tamper in (lambda: Act.objects.update(verb="forged"), lambda: Act.objects.all().delete()):
        with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
            tamper()
    assert Act.objects.filter(verb="renamed").exists()


def test_a_line_outlives_the_person(lancaster):
    person = factories.UserFactory()
    trail.record(person, "renamed", lancaster)
    person.delete()
    assert Act.objects.get().actor is None


def test_names_fade_after_six_years_and_what_was_done_stays(lancaster, coordinator, member):
    long_ago = timezone.now() - timedelta(days=6 * 366)
    for subject in (lancaster, member):
        factories.ActFactory(
            at=long_ago,
            actor=coordinator,
            verb="changed",
            subject_type=subject._meta.label_lower,
            subject=str(subject),
            note=f"{member} asked for it",
            cluster=lancaster,
        )
    factories.ActFactory(at=long_ago + timedelta(days=30), actor=coordinator)
    assert trail.fade() == 2
    assert trail.fade() == 0
    kept = Act.objects.filter(faded=True).order_by("pk").values_list("actor", "verb", "subject", "note")
    assert list(kept) == [(None, "changed", "Lancaster & Morecambe", ""), (None, "changed", "user", "")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Act.objects.update(verb="forged")


def test_what_is_saved_on_the_desk_leaves_a_line_with_what_changed(as_coordinator, coordinator, lancaster):
    form = {"cluster": lancaster.pk, "theme": "technology", "name": "Passkeys", "summary": ""}
    as_coordinator.post("/admin/clusters/topic/add/", form)
    topic = lancaster.topics.get()
    path = f"/admin/clusters/topic/{topic.pk}"
    as_coordinator.post(f"{path}/change/", form)
    as_coordinator.post(f"{path}/change/", {**form, "name": "Passkeys at work"})
    as_coordinator.post(f"{path}/delete/", {"post": "yes"})
    lines = Act.objects.order_by("pk").values_list("actor", "verb", "subject", "note", "cluster")
    assert list(lines) == [
        (coordinator.pk, "added", "Passkeys", "", lancaster.pk),
        (coordinator.pk, "changed", "Passkeys at work", "Changed Name.", lancaster.pk),
        (coordinator.pk, "deleted", "Passkeys at work", "", lancaster.pk),
    ]


def test_rows_of_inlines_and_tables_of_libraries_leave_lines_too(as_operator, operator, lancaster):
    assert all(isinstance(desk, LeavesTrail) for desk in admin.site._registry.values())
    address = EmailAddress.objects.create(user=operator, email="old@site.example")
    as_operator.post(f"/admin/account/emailaddress/{address.pk}/delete/", {"post": "yes"})
    assert Act.objects.get(verb="deleted").subject == "old@site.example"


def test_nobody_changes_or_removes_a_line(acts, as_operator):
    for path in ("add/", f"{acts[0].pk}/delete/"):
        assert as_operator.post(f"{URL}{path}").status_code == 403
    assert as_operator.post(f"{URL}{acts[0].pk}/change/", {"verb": "forged"}).status_code == 403
    assert Act.objects.count() == 3


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_takes_as_many_queries_for_many_lines(
    number, lancaster, as_operator, django_assert_max_num_queries
):
    for _ in range(number):
        trail.record(factories.UserFactory(), "renamed", lancaster, cluster=lancaster)
    with django_assert_max_num_queries(14):
        assert as_operator.get(URL).status_code == 200
