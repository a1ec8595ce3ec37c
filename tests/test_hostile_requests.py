"""Whatever is sent to whatever address of the site or the desk, the answer is never an error of ours, and fields that
a form doesn't have change nothing.

The forms are those that the pages show, filled in as they stand, with one kind of nonsense in all their free fields;
addresses that have no page of their own get every field name of the site at once.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django import forms
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from zeal import zeal_ignore

from .access.answers import NOT_THAT_WAY, OK, SIGN_IN
from .conftest import client_of
from .test_access import ROWS
from .test_hostile_text import pages_of_the_desk
from .test_scoping import OURS

ASKING = ("visitor", "member", "coordinator")
NONSENSE = ["a\0b", "\U0001f4a9'" * 2500, "9" * 31]
# Fields that no form has, or only one that may: whoever adds them to another must change nothing by it.
GUARDED = {
    "is_superuser", "is_active", "email", "password", "frozen_at", "unrepresented_since", "second_factor_by",
    "state", "company", "cluster", "association", "user", "author", "version", "lead", "role", "level",
}  # fmt: skip
ON_THEIR_OWN = {"news:my-copy"}  # it wants no transaction around it, and reads nothing that is sent
ACCOUNT_PAGES = [
    "account_login", "account_signup", "account_request_login_code", "account_confirm_login_code",
    "account_reset_password", "account_email", "account_change_password", "account_reauthenticate",
    "account_email_verification_sent", "account_logout", "mfa_authenticate", "mfa_index", "usersessions_list",
]  # fmt: skip
MULTIPART = "multipart/form-data; boundary=line"
BROKEN = [
    ("multipart/form-data", b"no boundary at all"),
    (MULTIPART, b'--line\r\nContent-Disposition: form-data; name="name'),
    (MULTIPART, b'--line\r\nContent-Disposition: form-data; name="file"; filename="../\0.pdf"\r\n\r\n\0\xff'),
    ("application/json", b'{"name": ["a"], "state": {"b": 1}}'),
    ("application/x-www-form-urlencoded; charset=no-such", b"name=%ff%fe&state=%00"),
    ("text/plain", b"\xff\xfe\x00"),
]
PATHS = ["%00", "9" * 40, "%F0%9F%92%A9%FF", "..%2F..%2Fsettings"]
QUERIES = ["%00", "1" + 30 * "0", "-1", "%FF%FE", "1970-02-31", "%F0%9F%92%A9%E2%80%AE"]


class Fields(HTMLParser):
    """The fields of each form of a page that is sent, with what a browser would send; the free ones apart."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self.form = self.select = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.form = None
            if given.get("method", "get").lower() == "post":
                self.form = {"action": given.get("action", ""), "set": {}, "free": set()}
                self.forms.append(self.form)
        if self.form is None:
            return
        name = given.get("name")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and (given.get("value") or "selected" in given):
            if "selected" in given:
                self.form["set"][self.select] = given.get("value", "")
            else:
                self.form["set"].setdefault(self.select, given["value"])
        elif tag == "textarea" and name:
            self.form["free"].add(name)
        elif tag == "input" and name:
            self.take_input(name, given)

    def take_input(self, name, given):
        kind = given.get("type", "text")
        if kind in ("hidden", "radio", "checkbox"):
            if kind == "hidden" or "checked" in given:
                self.form["set"][name] = given.get("value", "on")
            else:
                self.form["set"].setdefault(name, given.get("value", "on"))
        elif kind not in ("submit", "button", "image"):
            self.form["free"].add(name)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None


def forms_of(page: str) -> list[dict]:
    fields = Fields()
    fields.feed(page)
    return fields.forms


def names_of_all_fields() -> set[str]:
    found, waiting = set(), [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        found |= set(getattr(form, "base_fields", {}))
    return found | GUARDED | {"next", "id", "pk", "action", "of", "TOTAL_FORMS", "_save"}


def asked_by(world, role: str) -> Client:
    client = client_of(world.people[role]) if world.people[role] else Client()
    client.raise_request_exception = False
    return client


def rows_of(world, role: str, method: str) -> Iterator[str]:
    """The addresses that take the method from this role, or that take it from somebody at all and may be tried."""
    seen = set()
    for name, args, way, expected in ROWS:
        answer = expected[role]
        if (
            name in ON_THEIR_OWN
            or answer == SIGN_IN
            or ((way == "post") != (method == "post") and answer != NOT_THAT_WAY)
        ):
            continue
        url = reverse(name, args=args(world))
        if url not in seen:
            seen.add(url)
            yield url


def failure(client, method: str, url: str, *args, **extra) -> str:
    """What went wrong on our side, if anything did; what the request changed is forgotten."""
    with transaction.atomic(), zeal_ignore():
        answer = getattr(client, method)(url, *args, **extra)
        transaction.set_rollback(True)
    answer.getvalue()  # to its end, so that files are closed
    if answer.status_code < 500:
        return ""
    error = getattr(answer, "exc_info", None)
    return (
        f"{method} {url[:80]} {str(args)[-60:]}: {error[1]!r:.300}"
        if error
        else f"{method} {url}: {answer.status_code}"
    )


def sent(form: dict, value: str) -> dict:
    return {**form["set"], **dict.fromkeys(form["free"], value)}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ASKING)
def test_no_form_is_answered_with_an_error_of_ours(role, world):
    client, names, failed = asked_by(world, role), sorted(names_of_all_fields()), []
    for url in rows_of(world, role, "post"):
        failed += [
            failure(client, "post", url, dict.fromkeys(names, value)) for value in [*NONSENSE, ("a", "b")]
        ]
        upload = {"file": SimpleUploadedFile("../\u202e.pdf", b"\0"), "picture": SimpleUploadedFile("a", b"")}
        failed.append(failure(client, "post", url, upload))
        failed += [failure(client, "generic", "POST", url, body, kind) for kind, body in BROKEN]
    assert "\n".join(sorted({line for line in failed if line})) == ""


@pytest.mark.django_db
@pytest.mark.parametrize("role", ASKING)
def test_no_filled_in_page_is_answered_with_an_error_of_ours(role, world):
    """Past the first check: all that is chosen from a list is right, what is typed is nonsense."""
    client, failed = asked_by(world, role), []
    pages = [reverse(name) for name in ACCOUNT_PAGES]
    pages += [
        reverse(name, args=args(world))
        for name, args, way, expected in ROWS
        if way == "get" and expected[role] == OK
    ]
    for page, form in forms_on(client, pages):
        failed += [failure(client, "post", form["action"] or page, sent(form, value)) for value in NONSENSE]
    assert len(failed) > 20
    assert "\n".join(sorted({line for line in failed if line})) == ""


@pytest.mark.django_db
def test_no_page_of_the_desk_is_answered_with_an_error_of_ours(world):
    world.people["operator"].is_superuser = True
    client, failed = asked_by(world, "operator"), []
    pages = [page for page in pages_of_the_desk() if not page.endswith("/delete/")]
    for page, form in forms_on(client, pages):
        failed += [failure(client, "post", form["action"] or page, sent(form, value)) for value in NONSENSE]
    spoilt = {"q": "a\0", "p": "9" * 30, "o": "-x.1", "e": "1", "id": "\0"}
    failed += [failure(client, "get", page, spoilt) for page in pages]
    failed += [failure(client, "get", re.sub(r"/\d+/", f"/{'9' * 40}/", page)) for page in pages]
    assert "\n".join(sorted({line for line in failed if line})) == ""


def forms_on(client, pages) -> Iterator[tuple[str, dict]]:
    """Each form once for each page; those in the frame of all pages once."""
    seen = set()
    for page in pages:
        with zeal_ignore():
            answer = client.get(page)
        if answer.status_code != OK or not answer["Content-Type"].startswith("text/html"):
            answer.getvalue()
            continue
        for form in forms_of(answer.content.decode()):
            key = form["action"] or page
            if key not in seen:
                seen.add(key)
                yield page, form


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["visitor", "coordinator"])
def test_no_address_is_answered_with_an_error_of_ours(role, world):
    client, failed = asked_by(world, role), []
    names = sorted(names_of_all_fields() | names_of_parameters())
    queries = ["&".join(f"{name}={value}" for name in names) for value in QUERIES]
    queries.append("&".join(f"{name}[]=1&{name}=1&{name}=2" for name in names))
    for url in rows_of(world, role, "get"):
        failed += [failure(client, "get", f"{url}?{query}") for query in queries]
    for name, args, way, _ in ROWS:
        if way == "get" and (given := args(world)):
            plain = reverse(name, args=given)
            failed += [failure(client, "get", plain.replace(str(given[0]), path)) for path in PATHS]
    assert "\n".join(sorted({line for line in failed if line})) == ""


def names_of_parameters() -> set[str]:
    """What views say they read, and what Django's lists and feeds do."""
    found, waiting = (
        {"page", "q", "p", "from", "next", "year", "month", "when"},
        [*get_resolver().url_patterns],
    )
    while waiting:
        pattern = waiting.pop()
        if isinstance(pattern, URLPattern):
            found |= getattr(pattern.callback, "visitors_parameters", frozenset())
        else:
            waiting += pattern.url_patterns
    return found


def guarded_values() -> dict:
    """All that may be had by nobody who merely names it in a form."""
    return {
        model._meta.label: sorted(model._base_manager.values_list(*columns), key=str)
        for model in apps.get_models()
        if model._meta.app_label in OURS and not model._meta.proxy
        if (columns := sorted(GUARDED & {field.name for field in model._meta.concrete_fields}))
        and model._meta.label != "members.OutgoingMail"
    }


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["member", "coordinator"])
def test_fields_that_a_form_does_not_have_change_nothing(role, world):
    client, changed = asked_by(world, role), {}
    own = [
        (form["action"] or page, form)
        for page, form in forms_on(
            client,
            [
                reverse(name, args=args(world))
                for name, args, way, e in ROWS
                if way == "get" and e[role] == OK
            ],
        )
    ]
    bare = [(url, {"set": {}, "free": set()}) for url in rows_of(world, role, "post")]
    for url, form in own + bare:
        if url.endswith("/accept/") and url.startswith("/invitations/"):
            continue  # makes a person, who has another number each time
        names = set(form["set"]) | form["free"]
        plain = sent(form, "Something plain")
        for value in ("1", str(world.people[role].pk), "accepted"):
            added = {f"{name}{end}": value for name in GUARDED for end in ("", "_id") if name not in names}
            after = [outcome(client, url, body) for body in (plain, {**plain, **added})]
            if after[0] != after[1]:
                changed[url] = {m: (a, after[1][m]) for m, a in after[0].items() if a != after[1][m]}
    assert changed == {}


def outcome(client, url: str, body: dict) -> dict:
    with transaction.atomic(), zeal_ignore():
        client.post(url, body).getvalue()
        after = guarded_values()
        transaction.set_rollback(True)
    return after
