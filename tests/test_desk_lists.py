"""No list of the desk takes more queries for more rows, and none is silent when it is empty. How they are written."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import results
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.desk_rows import rows_of

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
