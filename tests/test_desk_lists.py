"""No list of the desk takes more queries for more rows, and none is silent when it is empty. How they are written."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import results
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clusters.bounded import BoundedPaginator
from clusters.desk_rows import rows_of
from meetings.models import Meeting, Presentation

from . import factories
from .conftest import client_of
from .test_scoping import ROWS, address, every_model


def a_place_of(user):
    """A cluster of an association of its own, in which the user holds an office."""
    cluster = factories.ClusterFactory()
    factories.OfficerFactory(user=user, association=cluster.association)
    return cluster


def queries_of(client, url) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@every_model
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(model, db):
    user = factories.UserFactory()
    client, url = client_of(user), address(model, "changelist")
    for _ in range(2):
        ROWS[model](a_place_of(user))
    few = queries_of(client, url)
    for _ in range(4):
        ROWS[model](a_place_of(user))
    assert queries_of(client, url) == few


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_the_operator_searches_each_list_that_there_is(model, as_operator):
    """Those of libraries too."""
    assert as_operator.get(address(model, "changelist"), {"q": "lune 1"}).status_code == 200


@every_model
def test_an_empty_list_says_so_in_words(model, officer):
    """Of an association that has only its officer yet."""
    page = client_of(officer).get(address(model, "changelist")).content.decode()
    assert ('<p class="lead">' in page) is not model.objects.managed_by(officer).exists()


def test_the_operator_of_an_empty_site_is_told_what_comes_first(as_operator):
    def index():
        return as_operator.get(reverse("admin:index")).content.decode()

    assert "First comes an association" in index()
    factories.AssociationFactory()
    assert "Add the first cluster" in index()
    factories.ClusterFactory()
    assert "Add the first cluster" not in index()


def test_the_operator_is_not_urged_to_name_a_firm(as_operator):
    page = as_operator.get("/me/").content.decode()
    assert "You look after the site." in page
    assert "Tell us about your firm" not in page
    assert "The coordinators’ desk" in page


@pytest.mark.parametrize("path", ["/admin/meetings/meeting/", "/admin/members/membership/"])
def test_empty_lists_lead_on(path, as_operator):
    page = as_operator.get(path).content.decode()
    assert "Plan the next 12 months" in page or "No firm has applied yet." in page


@pytest.mark.parametrize("asked", ["", "o=-1", "p=0&_popup=1&_to_field=id"])
@pytest.mark.parametrize("model", [*ROWS, EmailAddress], ids=lambda model: model.__name__)
def test_a_list_is_written_as_django_writes_it(model, asked, operator):
    for name in ("Cable & <b>Wire</b> 'n' “Light”", "Second"):
        cluster = factories.ClusterFactory(name=name)
        if model is EmailAddress:
            EmailAddress.objects.create(user=factories.UserFactory(), email=f"{cluster.pk}@example.org")
        else:
            ROWS[model](cluster)
    request = RequestFactory().get(f"{address(model, 'changelist')}?{asked}")
    request.user = operator
    desk = admin.site._registry[model]
    changelist = desk.get_changelist_instance(request)
    changelist.formset = None
    theirs = ["".join(cells) for cells in results(changelist)]
    assert len(theirs) >= 2
    assert list(rows_of(changelist)) == theirs


def test_no_list_of_the_desk_is_a_form():
    """The rows that `clusters.desk_rows` writes have no fields."""
    assert not [desk for desk in admin.site._registry.values() if desk.list_editable]


@pytest.fixture
def talks(lancaster, monkeypatch):
    """In a list that goes on; of a meeting ahead there is none."""
    monkeypatch.setattr(BoundedPaginator, "most", 3)
    now = timezone.now()
    meetings = [
        factories.MeetingFactory(cluster=lancaster, starts_at=now + timedelta(days=days))
        for days in (40, -1, -9, -5, -5)
    ]
    return [
        factories.PresentationFactory(meeting=meeting, title=f"Backups {number}")
        for number, meeting in enumerate(meetings[1:])
    ]


def listed(path, operator) -> list:
    request = RequestFactory().get(path)
    request.user = operator
    return list(admin.site._registry[Presentation].get_changelist_instance(request).result_list)


@pytest.mark.parametrize("words", ["", "?q=backups"])
def test_a_long_list_is_looked_for_from_where_rows_are(words, talks, operator):
    path = address(Presentation, "changelist") + words
    with CaptureQueriesContext(connection) as queries:
        assert listed(path, operator) == [talks[0], talks[2], talks[3], talks[1]]
    assert any('"starts_at" <= ' in query["sql"] for query in queries)


def test_so_is_its_second_page_and_one_in_another_order(talks, operator, monkeypatch):
    monkeypatch.setattr(admin.site._registry[Presentation], "list_per_page", 1)
    path = address(Presentation, "changelist")
    assert listed(f"{path}?p=2", operator) == [talks[2]]
    assert listed(f"{path}?o=1", operator) == [talks[0]]


@pytest.mark.django_db(transaction=True)
def test_a_talk_of_a_later_meeting_is_in_the_list_at_once(as_operator, talks):
    """Where rows are is kept, until a talk or a meeting changes."""
    path = address(Presentation, "changelist")

    def first_of_the_list() -> str:
        return as_operator.get(path).context["cl"].result_list[0].title

    assert first_of_the_list() == "Backups 0"
    factories.PresentationFactory(meeting=Meeting.objects.latest("starts_at"), title="Exports")
    assert first_of_the_list() == "Exports"
    late = timezone.now() + timedelta(days=50)
    Meeting.objects.filter(presentations=talks[1]).update(starts_at=late, ends_at=late + timedelta(hours=2))
    assert first_of_the_list() == "Backups 1"
