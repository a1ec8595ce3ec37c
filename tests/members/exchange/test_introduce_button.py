"""The button that the page of a firm includes."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string

from members.models import Company
from tests import factories

pytestmark = pytest.mark.django_db


def button(company, user) -> str:
    return " ".join(render_to_string("members/_introduce.html", {"company": company, "user": user}).split())


def test_leads_members_of_other_firms_to_the_form(other, member):
    assert f'href="/companies/{other.slug}/introduce/"' in button(other, member)


def test_leads_on_to_an_introduction_that_there_is(other, firm, member, lancaster):
    live = factories.IntroductionFactory(asker=firm, asked=other, cluster=lancaster, state="accepted")
    assert live.get_absolute_url() in button(other, member)


def test_does_not_show_what_waits_for_the_coordinator_to_the_asked_firm(other, tom, firm, member, lancaster):
    factories.IntroductionFactory(asker=firm, asked=other, cluster=lancaster)
    assert "Ask to meet them" in button(firm, tom)


def test_says_so_where_none_are_taken(other, member):
    other.introductions = Company.Introductions.NONE
    assert "They take no introductions" in button(other, member)


def test_is_nothing_for_visitors_newcomers_and_the_firm_itself(other, firm, member):
    for user in (AnonymousUser(), factories.UserFactory()):
        assert button(other, user) == ""
    assert button(firm, member) == ""
