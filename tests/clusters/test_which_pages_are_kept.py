"""Each public page is kept, or there is a reason why not; and what is kept reads only what it says and is watched."""

import ast

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from clusters.changes import UNSHOWN
from meetings.models import Meeting
from tests.access.answers import OK
from tests.pages import grow
from tests.test_access import ROWS

# Public pages that are not kept, and why.
MADE_EACH_TIME = {
    "clusters:brand-css": "its address holds what it says, and browsers keep it for a year",
    "clusters:supporter-logo": "a file, checked at each request",
    "clusters:cluster-share-picture": "its address holds what it shows, and browsers keep it for a year",
    "news:article-share-picture": "its address holds what it shows, and browsers keep it for a year",
    "news:article-picture": "a file, checked at each request",
    "news:consent": "of one person, by a secret address",
    "news:deleted": "said once, to who left",
    "meetings:answer": "of one person, by a secret address",
    "meetings:guest-data": "of one person, by a secret address",
    "meetings:feedback": "of one person, by a secret address",
    "meetings:guest": "a form",
    "meetings:meeting-calendar": "private: members get more of it",
    "meetings:meeting-photo": "a file, checked at each request",
    "meetings:presentation-file": "a file, checked at each request",
    "meetings:presentation-picture": "a file, checked at each request",
    "meetings:presentation-view": "a file, checked at each request",
    "meetings:slides": "of one person, by a secret address",
    "meetings:swap": "of one person, by a secret address",
    "meetings:turn": "of one person, by a secret address",
    "members:demo-mails": "only in the demo",
    "members:association-contact": "a form",
    "members:association-question-ask": "a form",
    "members:cluster-question-ask": "a form",
    "members:colleague-invitation": "of one person, by a secret address",
    "members:company-card": "private: members get more of it",
    "members:company-logo": "a file, checked at each request",
    "members:contact": "a form",
    "members:interest": "of one person, by a secret address",
    "members:introduction-link": "of one person, by a secret address",
    "members:invitation": "of one person, by a secret address",
    "members:join": "a form",
    "members:question-ask": "a form",
    "members:unsubscribe": "of one person, by a secret address",
}


def views(patterns=None, namespace=""):
    """Names and views of all addresses."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern.url_patterns, pattern.namespace or namespace)
        else:
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name, pattern.callback


def test_each_page_that_visitors_get_is_kept_or_left_out_with_a_reason():
    public = {name for name, _, method, answers in ROWS if method == "get" and answers["visitor"] == OK}
    kept = {name for name, view in views() if hasattr(view, "visitors_parameters")}
    assert public - kept == set(MADE_EACH_TIME)


def test_kept_pages_read_the_parameters_they_name_and_no_others():
    """By the text of their modules: request.GET of a name no view there declares is a page that forgets to vary."""
    declared: dict[str, set] = {}
    for _, view in views():
        if hasattr(view, "visitors_parameters"):
            declared.setdefault(view.__module__, set()).update(view.visitors_parameters)
    assert declared
    for module, names in declared.items():
        path = settings.BASE_DIR / (module.replace(".", "/") + ".py")
        if not path.exists():
            continue
        read = {
            node.args[0].value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call)
            and ast.unparse(node.func) == "request.GET.get"
            and isinstance(node.args[0], ast.Constant)
        }
        assert read <= names, module


@pytest.mark.django_db
def test_kept_pages_read_no_table_that_is_not_watched(client, lancaster):
    grow(lancaster.association, 2)
    unwatched = {f'"{label.replace(".", "_").lower()}"' for label in UNSHOWN}
    for path in (
        "/",
        "/associations/lcict/",
        "/clusters/",
        "/clusters/lancaster/",
        "/meetings/",
        "/meetings/past/",
        *(meeting.get_absolute_url() for meeting in Meeting.objects.all()),
        "/presentations/?q=a",
        "/faq/",
        "/clusters/lancaster/faq/",
        "/supporters/",
        "/news/",
        "/sitemap.xml",
        "/sitemap-meetings.xml",
        "/privacy/",
    ):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        for query in queries:
            assert not any(table in query["sql"] for table in unwatched), (path, query["sql"])
