"""What the desk writes of its lists itself is what Django would write."""

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import items_for_result
from django.test import RequestFactory
from django.urls import resolve
from pytest_django.asserts import assertHTMLEqual

from clusters.desk_rows import rows_of

from . import factories
from .test_scoping import ROWS, address, every_model


@pytest.fixture
def list_of(operator):
    """A list of the desk, as a page of it has it."""

    def found(model, **asked):
        request = RequestFactory().get(address(model, "changelist"), asked)
        request.user = operator
        request.resolver_match = resolve(request.path)
        return admin.site._registry[model].get_changelist_instance(request)

    return found


def as_django_writes(cl):
    return ["".join(items_for_result(cl, row, None)) for row in cl.result_list]


@every_model
def test_rows_are_written_as_django_writes_them(model, list_of, lancaster, furness):
    for cluster in (lancaster, furness):
        ROWS[model](cluster)
    for asked in ({}, {"o": "1"}, {"_popup": "1", "_to_field": "id"}):
        cl = list_of(model, **asked)
        assert cl.result_list
        assert list(rows_of(cl)) == as_django_writes(cl)


def test_a_narrowed_list_stays_in_its_links(list_of, lancaster):
    topic = factories.TopicFactory(cluster=lancaster, name="<b>Bay & Co</b>")
    cl = list_of(type(topic), q="Bay", cluster__id__exact=lancaster.pk)
    [row] = rows_of(cl)
    assert [row] == as_django_writes(cl)
    assert "_changelist_filters=q%3DBay%26cluster__id__exact%3D" in row
    assert "&lt;b&gt;Bay &amp; Co&lt;/b&gt;" in row


def test_the_box_to_choose_a_row_is_djangos(lancaster):
    topic = factories.TopicFactory(cluster=lancaster, name='“Bay”, <b>"Ltd"</b> {}')
    desk = admin.site._registry[type(topic)]
    assertHTMLEqual(desk.action_checkbox(topic), admin.ModelAdmin.action_checkbox(desk, topic))


def test_nothing_is_changed_in_a_list_itself():
    """Its forms would have to be written with the rows."""
    assert not [desk for desk in admin.site._registry.values() if desk.list_editable]
