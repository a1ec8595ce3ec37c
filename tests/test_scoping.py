"""A coordinator's desk shows and changes the own clusters alone, door by door, for every model on it.

For each model there is a row of Lancaster & Morecambe, which the coordinator looks after, and one of another
association's cluster. A model that comes to the desk without rows here fails the suite.
"""

import pytest
from django.contrib import admin
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils.html import escape

from clusters.models import Act, AskedQuestion, Association, Cluster, Question, Supporter, Topic
from meetings import models as meetings
from members import models as members
from news.models import Article, Letter

from . import factories
from .conftest import client_of

OURS = ("clusters", "members", "meetings", "news")
DESK = {
    model: model_admin for model, model_admin in admin.site._registry.items() if model._meta.app_label in OURS
}


def company_of(cluster):
    return factories.MembershipFactory(
        cluster=cluster, company__name=f"Secret {cluster.name} Systems"
    ).company


def coordinator_of(cluster):
    """Who looks after it; an export is its maker's alone."""
    office = members.Officer.objects.filter(cluster=cluster).order_by("pk").first()
    return office.user if office else factories.OfficerFactory(cluster=cluster).user


def meeting_of(cluster):
    return factories.MeetingFactory(cluster=cluster, title=f"Secret {cluster.name} meeting")


def article_of(cluster):
    article = factories.ArticleFactory(
        association=cluster.association, title=f"Secret {cluster.name} article"
    )
    article.clusters.add(cluster)
    return article


ROWS = {
    Association: lambda cluster: cluster.association,
    Cluster: lambda cluster: cluster,
    Topic: lambda cluster: factories.TopicFactory(cluster=cluster, name=f"Secret {cluster.name} topic"),
    Supporter: lambda cluster: (
        factories.SupportFactory(cluster=cluster, supporter__name=f"Secret {cluster.name} trust").supporter
    ),
    Question: lambda cluster: factories.QuestionFactory(cluster=cluster, question=f"Secret {cluster.name}?"),
    AskedQuestion: lambda cluster: factories.AskedQuestionFactory(
        cluster=cluster, question=f"Secret {cluster.name} question?"
    ),
    Act: lambda cluster: factories.ActFactory(cluster=cluster, subject=f"Secret {cluster.name} act"),
    members.Company: company_of,
    members.Representative: lambda cluster: factories.RepresentativeFactory(company=company_of(cluster)),
    members.Membership: lambda cluster: factories.MembershipFactory(
        cluster=cluster, company__name=f"Secret {cluster.name} Ltd"
    ),
    members.Officer: lambda cluster: factories.OfficerFactory(
        cluster=cluster, user__name=f"Secret {cluster.name}"
    ),
    members.User: lambda cluster: (
        factories.RepresentativeFactory(
            company=company_of(cluster), user__name=f"Secret {cluster.name} person"
        ).user
    ),
    members.OutgoingMail: lambda cluster: factories.OutgoingMailFactory(
        cluster=cluster, subject=f"Secret {cluster.name} mail"
    ),
    members.Import: lambda cluster: factories.ImportFactory(
        cluster=cluster, file_name=f"Secret {cluster.name}.csv"
    ),
    members.Invitation: lambda cluster: factories.InvitationFactory(
        cluster=cluster, company=company_of(cluster), name=f"Secret {cluster.name} person"
    ),
    members.Export: lambda cluster: factories.ExportFactory(cluster=cluster, by=coordinator_of(cluster)),
    members.Interest: lambda cluster: factories.InterestFactory(association=cluster.association),
    members.Drive: lambda cluster: factories.DriveFactory(
        cluster=cluster, name=f"Secret {cluster.name} drive"
    ),
    members.Introduction: lambda cluster: factories.IntroductionFactory(
        cluster=cluster, asker=company_of(cluster)
    ),
    members.Opportunity: lambda cluster: factories.OpportunityFactory(
        company=company_of(cluster), title=f"Secret {cluster.name} ask"
    ),
    members.Report: lambda cluster: factories.ReportFactory(
        introduction__cluster=cluster, text=f"Secret {cluster.name} report"
    ),
    meetings.Venue: lambda cluster: factories.VenueFactory(
        cluster=cluster, name=f"Secret {cluster.name} hall"
    ),
    meetings.Meeting: meeting_of,
    meetings.Duty: lambda cluster: factories.DutyFactory(
        meeting=meeting_of(cluster),
        company__name=f"Secret {cluster.name} Chair",
        decided_by=factories.UserFactory(),
    ),
    meetings.Registration: lambda cluster: factories.RegistrationFactory(
        meeting=meeting_of(cluster), user__name=f"Secret {cluster.name} person"
    ),
    meetings.Presentation: lambda cluster: factories.PresentationFactory(
        meeting=meeting_of(cluster), title=f"Secret {cluster.name} slides"
    ),
    meetings.UsualAgenda: lambda cluster: meetings.UsualAgenda.objects.get(pk=cluster.pk),
    meetings.Feedback: lambda cluster: factories.FeedbackFactory(
        meeting=meeting_of(cluster), comment=f"Secret {cluster.name} comment"
    ),
    meetings.MeetingPhoto: lambda cluster: factories.MeetingPhotoFactory(
        meeting=meeting_of(cluster), description=f"Secret {cluster.name} photo"
    ),
    Article: article_of,
    Letter: lambda cluster: factories.LetterFactory(cluster=cluster, subject=f"Secret {cluster.name} letter"),
}

# What the officers of an association look after, and coordinators of its clusters do not.
ASSOCIATION_LEVEL = {Association, members.Interest}

every_model = pytest.mark.parametrize("model", DESK, ids=lambda model: model.__name__)


def test_every_model_on_the_desk_is_tested_here():
    assert set(DESK) == set(ROWS)


@pytest.fixture
def theirs(db):
    return factories.ClusterFactory(name="Staffordshire", slug="staffordshire", association__name="Elsewhere")


@pytest.fixture
def desk_of(model, coordinator, officer):
    """A client of somebody who looks after Lancaster's rows of the model: its coordinator or association officer."""
    return client_of(officer if model in ASSOCIATION_LEVEL else coordinator)


def address(model, door, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{door}", args=args)


@every_model
def test_the_list_has_own_rows_and_no_others(model, desk_of, lancaster, theirs):
    own, strange = ROWS[model](lancaster), ROWS[model](theirs)
    page = desk_of.get(address(model, "changelist")).content.decode()
    assert address(model, "change", own.pk) in page or f"Secret {escape(lancaster.name)}" in page
    assert address(model, "change", strange.pk) not in page
    assert "Staffordshire" not in page


@every_model
def test_a_strange_row_can_not_be_opened_by_its_number(model, desk_of, lancaster, theirs):
    own, strange = ROWS[model](lancaster), ROWS[model](theirs)
    assert desk_of.get(address(model, "change", own.pk)).status_code == 200
    for door in ("change", "history", "delete"):
        answer = desk_of.get(address(model, door, strange.pk))
        assert answer.status_code in (302, 403, 404)
        assert "Secret" not in answer.content.decode()


@every_model
def test_a_strange_row_can_not_be_changed_by_its_number(model, desk_of, theirs):
    strange = ROWS[model](theirs)
    before = model.objects.filter(pk=strange.pk).values().get()
    desk_of.post(address(model, "change", strange.pk), {"name": "Taken over", "title": "Taken over"})
    desk_of.post(address(model, "delete", strange.pk), {"post": "yes"})
    assert model.objects.filter(pk=strange.pk).values().get() == before


@every_model
def test_no_act_reaches_a_strange_row(model, desk_of, theirs):
    strange = ROWS[model](theirs)
    before = model.objects.filter(pk=strange.pk).values().get()
    for name in getattr(DESK[model], "acts", []):
        for ask in (desk_of.get, desk_of.post):
            answer = ask(address(model, "act", strange.pk, name))
            assert answer.status_code in (302, 403, 404)
            assert "Secret" not in answer.content.decode()
    assert model.objects.filter(pk=strange.pk).values().get() == before


@every_model
def test_no_list_action_reaches_a_strange_row(model, desk_of, theirs):
    strange = ROWS[model](theirs)
    before = model.objects.filter(pk=strange.pk).values().get()
    request = RequestFactory().get("/")
    request.user = factories.UserFactory(is_superuser=True)
    for name in DESK[model].get_actions(request):
        desk_of.post(address(model, "changelist"), {"action": name, "_selected_action": [strange.pk]})
    assert model.objects.filter(pk=strange.pk).values().get() == before


@every_model
def test_the_file_of_a_list_has_own_rows_and_no_others(model, desk_of, lancaster, theirs):
    own, strange = ROWS[model](lancaster), ROWS[model](theirs)
    form = {"action": "as_csv", "_selected_action": [own.pk, strange.pk]}
    file = desk_of.post(address(model, "changelist"), form)
    assert file["Content-Type"].startswith("text/csv")
    assert file.getvalue().decode().count("\n") == 2  # the head and one's own
    forged = [("", "1"), (f"?cluster__id__exact={theirs.pk}", "1"), (f"?pk={strange.pk}", "0")]
    for query, across in forged:
        answer = desk_of.post(address(model, "changelist") + query, form | {"select_across": across})
        assert "Staffordshire" not in b"".join(answer).decode()


@every_model
def test_search_and_forged_filters_find_no_strange_row(model, desk_of, lancaster, theirs):
    ROWS[model](lancaster)
    strange = ROWS[model](theirs)
    queries = [
        "?q=Staffordshire",
        f"?cluster__id__exact={theirs.pk}",
        f"?id__exact={strange.pk}",
        f"?pk={strange.pk}",
    ]
    for query in queries:
        answer = desk_of.get(address(model, "changelist") + query)
        assert address(model, "change", strange.pk) not in answer.content.decode()


@every_model
def test_no_form_offers_a_strange_row(model, desk_of, coordinator, officer, lancaster, theirs, rf):
    """Every choice of every form and inline, so that a forged form has nothing to name."""
    strange = {row_model: rows(theirs) for row_model, rows in ROWS.items()}
    own = ROWS[model](lancaster)
    request = rf.get(address(model, "change", own.pk))
    request.resolver_match = resolve(request.path)
    request.user = officer if model in ASSOCIATION_LEVEL else coordinator
    forms = [DESK[model].get_form(request, own, change=True)]
    if DESK[model].has_add_permission(request):
        forms.append(DESK[model].get_form(request, None))
    forms += [
        inline.get_formset(request, own).form for inline in DESK[model].get_inline_instances(request, own)
    ]
    for form in forms:
        for name, field in form.base_fields.items():
            if isinstance(field, ModelChoiceField):
                rows = field.queryset
                if rows.model in strange and not published(rows.model):
                    assert not rows.filter(pk=strange[rows.model].pk).exists(), f"{form}: {name}"


def published(model) -> bool:
    """Firms that are members somewhere are public: an article may name them all."""
    return model is members.Company


@every_model
@pytest.mark.parametrize("role", ["member", "former_coordinator"])
def test_without_an_office_held_today_the_desk_stays_shut(model, role, request, lancaster):
    row = ROWS[model](lancaster)
    client = client_of(request.getfixturevalue(role))
    for door, args in (("changelist", []), ("add", []), ("change", [row.pk])):
        answer = client.get(address(model, door, *args))
        assert answer.status_code in (302, 403)
        assert "Secret" not in answer.content.decode()


OF_LIBRARIES = ["E-mail addresses", "Second proofs of signing in", "Where people are signed in"]


def test_the_index_shows_the_operator_the_tables_of_libraries_but_those_not_used(as_operator):
    page = as_operator.get(reverse("admin:index")).content.decode()
    for shown in OF_LIBRARIES:
        assert shown in page
    assert "Groups" not in page
    for made_by_signing_in in ("mfa/authenticator", "usersessions/usersession"):
        assert as_operator.get(f"/admin/{made_by_signing_in}/").status_code == 200
        assert as_operator.get(f"/admin/{made_by_signing_in}/add/").status_code == 403


def test_the_index_shows_no_third_party_tables_to_a_coordinator(as_coordinator):
    page = as_coordinator.get(reverse("admin:index")).content.decode()
    for hidden in OF_LIBRARIES:
        assert hidden not in page


def test_a_coordinator_can_not_move_a_row_to_a_strange_cluster(as_coordinator, lancaster, theirs):
    topic = factories.TopicFactory(cluster=lancaster)
    form = {"cluster": theirs.pk, "theme": topic.theme, "name": topic.name}
    answer = as_coordinator.post(address(Topic, "change", topic.pk), form)
    assert "Select a valid choice" in answer.content.decode()
    topic.refresh_from_db()
    assert topic.cluster == lancaster


def test_a_coordinator_can_not_answer_for_the_whole_site(as_coordinator):
    form = {
        "key": "k",
        "group": "joining",
        "position": 1,
        "question": "Q?",
        "answer": "A.",
        "state": "published",
    }
    answer = as_coordinator.post(address(Question, "add"), form)
    assert "Say which of your clusters" in answer.content.decode()
    assert not Question.objects.exists()


def test_no_list_can_be_filtered_by_scrambled_passwords(as_coordinator, coordinator, member):
    """A filter by its first letters would give it away, one letter after the other."""
    for lookup in ("password__startswith", "password", "is_superuser"):
        answer = as_coordinator.get(address(members.User, "changelist") + f"?{lookup}=p")
        assert answer.status_code == 400


def test_what_a_form_can_not_offer_it_does_not_take_away(as_coordinator, lancaster, furness):
    """A story of two clusters stays the other's too when one coordinator mends a word of it."""
    article = article_of(lancaster)
    withdrawn = factories.CompanyFactory()
    article.clusters.add(furness)
    article.companies.add(withdrawn)
    form = {
        "association": article.association_id,
        "clusters": [lancaster.pk],
        "kind": article.kind,
        "title": "Mended",
        "slug": article.slug,
        "summary": article.summary,
        "body": article.body,
    }
    answer = as_coordinator.post(address(Article, "change", article.pk), form)
    assert answer.status_code == 302
    article.refresh_from_db()
    assert article.title == "Mended"
    assert set(article.clusters.all()) == {lancaster, furness}
    assert set(article.companies.all()) == {withdrawn}


def test_a_supporter_of_others_too_is_not_renamed_by_one(as_coordinator, lancaster, theirs):
    support = factories.SupportFactory(cluster=lancaster, supporter__name="The Trust")
    own = address(Supporter, "change", support.supporter_id)
    assert 'name="name"' in as_coordinator.get(own).content.decode()
    factories.SupportFactory(cluster=theirs, supporter=support.supporter)
    page = as_coordinator.get(own).content.decode()
    assert 'name="name"' not in page
    assert 'name="supports-0-description"' in page
