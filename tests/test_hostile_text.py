"""Whatever people write, in whatever field of whatever model, stays text on every page of the site and the desk.

Every text of every row of the access tables' world is replaced by one that would run if it were not escaped
somewhere. Then all pages are opened, by those who may see most, and what a browser would make of them is looked at.
"""

from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from clusters.models import Cluster
from members.models import User
from members.outbox import Letter

from .access.answers import OK
from .conftest import client_of
from .test_access import ROWS
from .test_scoping import OURS

# Each breaks out of another place: text, an attribute of either quote, Markdown, a script of JSON-LD, a template.
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}",
    '[x](javascript:alert(1)) ![x](x" onerror="alert(1))',
    "</script></title></textarea><svg onload=alert(1)>",
]
CHECKED_BY_CLEAN = {"time_zone"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster"}


class Danger(HTMLParser):
    """What in a page would run, or lead to something that runs."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "script" and "src" not in given and not given.get("type", "").startswith("application/"):
            self.found.append(self.get_starttag_text())
        if tag in ("object", "embed", "base") or (
            tag == "iframe" and not given.get("src", "").startswith("/")
        ):
            self.found.append(self.get_starttag_text())
        for name, value in attributes:
            goes_to = "".join((value or "").split()).lower() if name in ADDRESSES else ""
            if name.startswith("on") or name == "srcdoc" or goes_to.startswith(("javascript:", "vbscript:")):
                self.found.append(self.get_starttag_text())


def dangers(page: str) -> list[str]:
    danger = Danger()
    danger.feed(page)
    return danger.found


def texts(model, hostile: str):
    """The free texts that would take it: those checked by their field can't hold it."""
    for field in model._meta.concrete_fields:
        free = (
            isinstance(field, models.CharField | models.TextField) and not field.choices and not field.unique
        )
        plain = type(field) in (models.CharField, models.TextField) and field.name not in CHECKED_BY_CLEAN
        if free and plain:
            try:
                field.run_validators(hostile[: field.max_length or 300])
            except ValidationError:
                continue
            yield field


def spoil(hostile: str) -> int:
    """Write it into every free text there is. Returns into how many; what a constraint forbids stays."""
    spoilt = 0
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model._meta.proxy:
            continue
        for field in texts(model, hostile):
            try:
                with transaction.atomic():
                    spoilt += model._base_manager.update(**{field.name: hostile[: field.max_length or 300]})
            except IntegrityError:
                continue
    return spoilt


def pages_of_the_desk():
    for model in admin.site._registry:
        if model._meta.app_label in OURS:
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            yield reverse(f"admin:{name}_changelist")
            row = model._base_manager.order_by("pk").first()
            if row is not None:
                yield reverse(f"admin:{name}_change", args=[row.pk])
                yield reverse(f"admin:{name}_delete", args=[row.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_runs_on_any_page(hostile, world):
    addresses = [
        (role, reverse(name, args=args(world)))
        for name, args, method, expected in ROWS
        for role in ("visitor", "member", "coordinator")
        if method == "get" and expected[role] == OK
    ]
    assert spoil(hostile) > 100
    clients = {
        role: client_of(world.people[role]) if world.people[role] else Client()
        for role in ("visitor", "member", "coordinator", "operator")
    }
    addresses += [("operator", address) for address in pages_of_the_desk()]
    ran = {}
    for role, address in addresses:
        with zeal_ignore():
            answer = clients[role].get(address)
        content = answer.getvalue()
        if answer["Content-Type"].startswith("text/html"):
            found = dangers(content.decode())
            if found:
                ran[role, address] = found
        elif answer["Content-Type"].startswith("text/calendar"):
            assert "\nonerror" not in content.decode()
    assert ran == {}


@pytest.mark.django_db
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_runs_in_a_mail(hostile, world):
    lancaster, member = Cluster.objects.get(pk=world.cluster.pk), User.objects.get(pk=world.member.pk)
    member.name = hostile[:100]
    lancaster.name = hostile[:60]
    letter = Letter(
        kind="welcome",
        subject=hostile,
        template="account",
        cluster=lancaster,
        association=lancaster.association,
    )
    mail = letter.to(member, "key", {"heading": hostile, "message": hostile, "code": ""})
    assert dangers(mail.html) == []


def test_the_search_for_danger_finds_each_of_them():
    for text in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<p onmouseover='alert(1)'>",
        '<a href="java\nscript:alert(1)">',
        "<base href=//elsewhere.example>",
    ):
        assert dangers(text), text
