"""A language made for tests: "Sign in" is ⟦Šîĝñ îñ⟧. What is still plain on a page did not go through gettext.

Its catalogue is computed, takes the place of the site's own language, and so holds for Django's words, allauth's
and ours alike. Placeholders, tags and entities inside a message stay as they are.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations
from html.parser import HTMLParser

from django.apps import apps
from django.conf import settings
from django.db import models
from django.template.autoreload import reset_loaders
from django.utils import translation
from django.utils.translation import trans_real

from clusters import fragments, kept_figures
from members.models import OutgoingMail, User

DISGUISE = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "àƀçðéƒĝĥîĵķļɱñôþǫŕšţûṽŵẋýžÀɃÇÐÉƑĜĤÎĴĶĻⱮÑÔÞǪŔŠŢÛṼŴẊÝŽ",
)
KEPT = re.compile(r"%\(\w+\)\d*(?:\.\d+)?[sdrif]|%[\d.]*[sdrif]|\{[^{}]*\}|<[^<>]*>|&#?\w+;")
FORMATS = {"date format"}  # contexts of messages that are formats, not words


def disguise(words: str) -> str:
    plain, kept = KEPT.split(words), KEPT.findall(words)
    mixed = [
        part
        for pair in zip(plain, [*kept, ""], strict=True)
        for part in (pair[0].translate(DISGUISE), pair[1])
    ]
    return f"⟦{''.join(mixed)}⟧"


class PseudoLanguage(NullTranslations):
    def __init__(self, code: str = ""):
        super().__init__()
        self.code = code or settings.LANGUAGE_CODE

    def to_language(self) -> str:
        return self.code

    def gettext(self, message: str) -> str:
        context, _, words = message.rpartition(trans_real.CONTEXT_SEPARATOR)
        return words if context in FORMATS else disguise(words)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


def forget_words() -> None:
    """What is kept for each language tells them apart by their code."""
    fragments.forget_all()
    kept_figures.forget_all()
    reset_loaders()


@contextmanager
def spoken(language: NullTranslations) -> Iterator[None]:
    """Puts it in the place of the site's language."""
    code, known = settings.LANGUAGE_CODE, trans_real._translations
    before, default = known.get(code), trans_real._default
    known[code] = trans_real._default = language
    forget_words()
    try:
        with translation.override(code):
            yield
    finally:
        trans_real._default = default
        if before is None:
            del known[code]
        else:
            known[code] = before
        forget_words()
        translation.deactivate()  # it is still spoken in this thread: override has put it back


# --- what people read -----------------------------------------------------------------------
READ_ATTRIBUTES = {
    "title",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "alt",
    "placeholder",
    "label",
    "data-label",  # shown by the stylesheet
}
BUTTONS = {"submit", "button", "reset"}
UNREAD = {"script", "style", "code", "template"}
METAS = {"description", "og:title", "og:description", "og:site_name", "og:image:alt"}
VOID = {
    "meta",
    "link",
    "img",
    "input",
    "br",
    "hr",
    "use",
    "source",
    "wbr",
    "col",
    "base",
    "area",
    "embed",
    "track",
}


class Reader(HTMLParser):
    """The runs of text of a page: between tags, and in attributes that are read out or shown."""

    def __init__(self, markup: str):
        super().__init__()
        self.runs: list[str] = []
        self.unread = 0
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag in UNREAD or values.get("translate") == "no":
            self.unread += tag not in VOID
        for name, value in attrs:
            if name in READ_ATTRIBUTES and value:
                self.runs.append(value)
        if tag == "input" and values.get("type") in BUTTONS:
            self.runs.append(values.get("value") or "")
        if tag == "meta" and (values.get("name") or values.get("property")) in METAS:
            self.runs.append(values.get("content") or "")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in UNREAD and self.unread:
            self.unread -= 1

    def handle_data(self, data):
        if not self.unread:
            self.runs.append(data)


def runs_of(markup: str) -> set[str]:
    return {" ".join(run.split()) for run in Reader(markup).runs}


# --- what is data ---------------------------------------------------------------------------
# Addresses, names of fields, and the codes by which people are found at the door.
FULL_ADDRESSES = re.compile(r"https?://[^\s<>\"]*")
ADDRESSES = re.compile(
    r"[\w.+-]+@[\w.-]+|(?<![\w/])(?:\.\.?)?/[\w./?=&;%{}:@+-]*"
    r"|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b|\b[\w-]*[A-Za-z]_[\w-]+|\b[A-Z0-9]{6}\b"
)
PARTS = re.compile(r"[\n*#>|`\[\]()]+|(?:^|\s)[-+]\s")  # between which Markdown may put tags
INITIALS = re.compile(r"[A-Z][A-Z0-9]?|\?")  # of a firm or a person, in place of a face
PLAIN = re.compile(r"[A-Za-z]+")


class Data:
    """The words of the rows in the database, and `names` besides."""

    def __init__(self, names: set[str]):
        first_names = {name.split(" ")[0] for name in User.objects.values_list("name", flat=True)}
        brand = {settings.SITE_NAME, settings.SITE_NAME.rpartition(" ")[0]}
        stored = {piece for text in stored_texts() for piece in pieces_of(text)}
        pieces = stored | names | first_names | brand
        longest_first = sorted((piece for piece in pieces if PLAIN.search(piece)), key=len, reverse=True)
        alternatives = "|".join(re.escape(piece) for piece in longest_first)
        self.pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{alternatives})(?![A-Za-z0-9])", re.IGNORECASE)
        self.starts = tuple(longest_first)

    def without(self, run: str) -> str:
        """What is left of a run of text when the data in it are taken away."""
        if INITIALS.fullmatch(run):
            return ""
        run = FULL_ADDRESSES.sub(" ", run)  # first: by chance a signature has a word of the data in it
        return ADDRESSES.sub(" ", self.pattern.sub(" ", self._cut_short(run)))

    def _cut_short(self, run: str) -> str:
        """Also a text of which only the first words are shown, with … after them."""
        words, dots, _ = run.rpartition("…")
        if dots and any(text.startswith(words.rstrip("⟧ ")[-60:].lstrip()) for text in self.starts):
            return ""
        return run

    def literals_in(self, runs: set[str]) -> set[str]:
        return {run for run in runs if PLAIN.search(run) and PLAIN.search(self.without(run))}


def stored_texts() -> Iterator[str]:
    for model in apps.get_models():
        if model is OutgoingMail:  # what is written there is looked at as words
            continue
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
            or hasattr(field, "base_field")
            if not field.choices
        ]
        for row in model._base_manager.values_list(*fields) if fields else ():
            for value in row:
                yield from texts_in(value)


def texts_in(value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts_in(part)


def pieces_of(text: str) -> set[str]:
    text = text.replace("\r", "")
    whole = " ".join(text.split())
    return {whole, json.dumps(whole)[1:-1], *(" ".join(part.split()) for part in PARTS.split(text))} - {""}
