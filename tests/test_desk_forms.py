"""No form of the desk takes more queries than it needs, or more of them for more rows."""

import pytest
from django.forms import Select
from django.urls import reverse
from pytest_django.asserts import assertHTMLEqual

from clusters.acts import ObjectActs
from clusters.choosing import FoundOnce, RepeatedSelect
from clusters.models import Association, Supporter
from meetings import models as meetings
from members import models as members
from news.models import Article

from . import factories
from .conftest import client_of
from .test_desk_lists import queries_of
from .test_scoping import DESK, ROWS, address, every_model

MOST = 27  # queries of a page; of two of them a running site has kept what they find


ASKING = ["clusters/topic", "meetings/venue", "meetings/meeting", "news/letter"]  # for which cluster


def furnish(cluster):
    """One more of what forms let choose from, and of what waits beside them."""
    firm = factories.MembershipFactory(cluster=cluster).company
    factories.RepresentativeFactory(company=firm)
    factories.TopicFactory(cluster=cluster)
    factories.VenueFactory(cluster=cluster)
    factories.OfficerFactory(cluster=cluster)
    factories.AgendaProposalFactory(cluster=cluster, company=firm)
    factories.AgendaItemFactory(meeting=factories.MeetingFactory(cluster=cluster))
    return firm


def add_to_meeting(meeting):
    firm = furnish(meeting.cluster)
    person = firm.representatives.get().user
    topic = factories.TopicFactory(cluster=meeting.cluster)
    factories.AgendaItemFactory(meeting=meeting, company=firm, presenter=person, topic=topic)
    factories.ActionFactory(meeting=meeting, owner=person)
    factories.ActionFactory(meeting=meeting, company=firm, owner=None)
    answer = factories.RegistrationFactory(meeting=meeting, user=person, company=firm, state="attended")
    factories.FeedbackFactory(meeting=meeting, registration=answer)


def add_to_article(article):
    firm = furnish(article.clusters.get())
    article.companies.add(firm)
    factories.ConsentFactory(article=article, company=firm)


def add_to_introduction(introduction):
    factories.IntroductionMessageFactory(introduction=introduction)


# One more of the rows that a form shows with its own.
PARTS = {
    Association: lambda row: factories.HostnameFactory(association=row),
    Supporter: lambda row: factories.SupportFactory(supporter=row, cluster=row.supports.first().cluster),
    members.Company: lambda row: factories.RepresentativeFactory(company=row),
    members.Drive: lambda row: factories.TargetFactory(drive=row, name=f"target {row.targets.count()}"),
    members.Import: lambda row: factories.ImportLineFactory(of=row),
    members.Introduction: add_to_introduction,
    members.Report: lambda row: add_to_introduction(row.introduction),
    members.User: lambda row: factories.RepresentativeFactory(
        user=row, company=furnish(row.representations.first().company.memberships.get().cluster)
    ),
    meetings.Meeting: add_to_meeting,
    meetings.UsualAgenda: lambda row: factories.TemplateItemFactory(cluster_id=row.pk),
    Article: add_to_article,
}


def pages_of(model, row):
    """Its form, those of its acts that ask first, and an empty one."""
    desk = DESK[model]
    yield address(model, "change", row.pk)
    yield address(model, "history", row.pk)
    if isinstance(desk, ObjectActs):
        yield from (desk.act_url(row, name) for name, act in desk.acts_on(row).items() if act.asks_first)


@every_model
def test_a_form_takes_few_queries_and_no_more_for_more_rows(model, coordinator, officer, operator, lancaster):
    row = ROWS[model](lancaster)
    clients = {person: client_of(person) for person in (coordinator, officer, operator)}

    def queries():
        return {
            (person.name, page): queries_of(client, page)
            for person, client in clients.items()
            if model.objects.managed_by(person).filter(pk=row.pk).exists()
            for page in pages_of(model, row)
        }

    def add(number):
        for _ in range(number):
            furnish(lancaster)
            PARTS.get(model, lambda row: None)(row)

    add(2)
    queries()  # what is kept for good is found
    few = queries()
    add(5)
    assert queries() == few
    assert {page: number for page, number in few.items() if number > MOST} == {}


@every_model
def test_an_empty_form_takes_few_queries_and_no_more_for_more_choices(model, officer, operator, lancaster):
    clients = {person: client_of(person) for person in (officer, operator)}
    page = address(model, "add")

    def queries():
        return {
            person.name: queries_of(client, page)
            for person, client in clients.items()
            if client.get(page).status_code == 200
        }

    furnish(lancaster)
    queries()
    few = queries()
    for _ in range(5):
        furnish(lancaster)
    assert queries() == few
    assert all(number <= MOST for number in few.values())


@pytest.mark.parametrize("role", ["coordinator", "officer", "operator"])
def test_the_first_page_takes_few_queries(role, request, lancaster):
    client = client_of(request.getfixturevalue(role))
    assert queries_of(client, reverse("admin:index")) <= MOST


@pytest.mark.parametrize("path", ["news/letter", "clusters/question", "clusters/topic", "meetings/venue"])
def test_who_looks_after_one_cluster_need_not_choose_it(
    path, as_coordinator, coordinator, lancaster, furness
):
    chosen = f'<option value="{lancaster.pk}" selected>'
    assert chosen in as_coordinator.get(f"/admin/{path}/add/").content.decode()
    factories.OfficerFactory(user=coordinator, cluster=furness)
    assert chosen not in as_coordinator.get(f"/admin/{path}/add/").content.decode()


@pytest.mark.parametrize("role", ["officer", "operator"])
def test_neither_need_officers_and_the_operator_where_a_cluster_must_be_chosen(
    role, request, lancaster, association
):
    """Where they may mean their association instead, nothing is chosen for them."""
    client = client_of(request.getfixturevalue(role))
    chosen = f'<option value="{lancaster.pk}" selected>'

    def pages():
        return {path: client.get(f"/admin/{path}/add/").content.decode() for path in ASKING}

    assert {path for path, page in pages().items() if chosen in page} == set(ASKING) - {"news/letter"}
    factories.ClusterFactory(association=association)
    assert not [path for path, page in pages().items() if chosen in page]


def test_choices_of_many_rows_are_written_as_django_writes_them():
    choices = [("", "---------"), (1, "Fell & Co"), (2, "“Bay”, <b>Ltd</b>")]
    repeated, usual = RepeatedSelect({"class": "wide"}), Select({"class": "wide"}, choices)
    repeated.choices = FoundOnce(choices)
    for value in (None, 1, "2", 3):
        attrs = {"id": "id_firm", "disabled": True, "required": False}
        assertHTMLEqual(repeated.render("firm", value, attrs), usual.render("firm", value, attrs))
