"""All words go through gettext, and no literal escapes. Three nets, each by area:

- templates: no visible literal in a template's source stands outside {% translate %} and {% blocktranslate %};
- code: what people read of Python's strings is a gettext call;
- pages: in a made-up language (tests/pseudo.py) whatever of pages, error messages and mails is still plain is data.

For one area: pytest tests/test_words.py -k members  (clusters, members, meetings, news, account, desk, frame).
A failure lists what is left, by file and line or by page. docs/translation.md tells how to add a language.
"""

import ast
import re
from collections import defaultdict
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.template.base import Lexer, TokenType
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from members.models import OutgoingMail

from .access import clusters, meetings, members, news
from .access.answers import OK
from .conftest import client_of
from .pseudo import PLAIN, Data, PseudoLanguage, Reader, disguise, runs_of, spoken
from .test_scoping import DESK

pytestmark = pytest.mark.django_db

# Words that are the same in every language, or no words.
NAMES = {
    "CSV", "PDF", "PPTX", "ODP", "KB", "MB", "ZIP", "WebP", "JPEG", "PNG", "RSS", "Atom", "QR", "URL", "ID", "VAT",
    "TOTP", "Markdown", "UTC", "GMT", "UK GDPR", "GDPR", "PECR", "WCAG", "LinkedIn",
    "Local Tech",  # the first line of the site's name
}  # fmt: skip

# Not ours to translate: Django's icons of yes and no, and a table of allauth that only the operator sees.
FOREIGN = re.compile(r"^(?:True|False|None)$|\b[Aa]uthenticators$")
TYPED = {"x", "null"}

# --- templates ------------------------------------------------------------------------------
TEMPLATES = Path(settings.BASE_DIR) / "templates"
AREAS = {
    "members": ["members", "admin/members"],
    "meetings": ["meetings", "admin/meetings"],
    "clusters": ["clusters"],
    "news": ["news"],
    "account": ["account", "allauth", "mfa", "usersessions", "bootstrap5"],
    "desk": ["admin"],
    "mails": ["emails"],
    "frame": ["."],
}
OPEN, CLOSE = {"blocktranslate", "comment"}, {"endblocktranslate", "endcomment"}
# Tags whose texts in quotes are names of things, not words.
NAMED = {
    "url", "extends", "static", "load", "block", "icon", "scene", "get_static_prefix", "element", "slot",
    "setvar", "glyph", "now", "cycle", "kept", "translate",
}  # fmt: skip
STRING = re.compile(r"""(?P<before>[^\s"']*)(?P<quote>["'])(?P<words>.*?)(?P=quote)""")
NO_WORDS = {
    "allauth/elements/button.html": "a tag whose name depends on an attribute; its words are its caller's",
    "inline_admin_formset.has_change_permission|yesno:'inlinechangelink,inlineviewlink'": "classes",
    "header.ascending|yesno:'ascending,descending'": "a class",
}
LETTERS = re.compile(r"[^\W\d_]{2,}")
CODES = re.compile(r"block (nav|headclass|og_type)")  # blocks whose text is no words
IN_A_TAG = "\N{OBJECT REPLACEMENT CHARACTER}"


def area_of(template: Path) -> str:
    inside = template.relative_to(TEMPLATES).as_posix()
    for area, folders in AREAS.items():
        if any(inside.startswith(f"{folder}/") for folder in folders):
            return area
    return "frame"


def literals_of(template: Path) -> list[tuple[int, str]]:
    """Line and words of what is not marked."""
    found, skipped, markup = [], None, []
    for token in Lexer(template.read_text()).tokenize():
        name = token.contents.split(" ")[0] if token.token_type == TokenType.BLOCK else ""
        if skipped:
            skipped = None if name == f"end{skipped}" else skipped
        elif name in OPEN or CODES.match(token.contents):
            skipped = name
            markup.append((token.lineno, IN_A_TAG if name == "blocktranslate" else " "))
        elif token.token_type == TokenType.TEXT:
            markup.append((token.lineno, token.contents))
        elif token.token_type == TokenType.VAR or name:
            found += [(token.lineno, words) for words in words_in_tag(token.contents, name)]
            markup.append((token.lineno, IN_A_TAG if token.token_type == TokenType.VAR else " "))
    if template.suffix == ".txt":
        return found + [
            (line, text.strip()) for line, text in markup if LETTERS.search(without_addresses(text))
        ]
    return found + literals_of_markup(markup)


def literals_of_markup(markup: list[tuple[int, str]]) -> list[tuple[int, str]]:
    text = "".join(part for _, part in markup)
    found = []
    for run in Reader(text).runs:
        words = " ".join(run.replace(IN_A_TAG, " ").split())
        if LETTERS.search(without_addresses(words)):
            line = text[: text.find(run)].count("\n") + 1 if run in text else 0
            found.append((line, words))
    return found


def without_addresses(text: str) -> str:
    return re.sub(r"https?://\S*|&\w+;|\{\S*\}|\S+@\S+|[?#]\w+=?", "", text)


def words_in_tag(contents: str, name: str) -> list[str]:
    """Words in quotes that a tag or a filter would show: |pluralize:"y,ies", title="Your page"."""
    found = []
    if re.search(r"\|pluralize\b(?!:)", contents):
        found.append("|pluralize")
    for match in STRING.finditer(contents):
        before, words = match["before"], match["words"]
        compared = re.search(r"(?:==|!=|\bin)\s*$", contents[: match.start()])
        if compared or before.endswith("_(") or words.endswith((".html", ".txt")):
            continue
        by_filter = re.search(r"\|(\w+):$", before)
        if by_filter:
            shown = by_filter[1] in ("pluralize", "yesno", "default", "default_if_none", "join", "add")
        else:
            shown = name not in NAMED and not re.search(r"(class|css_class|autocomplete|_url)=$", before)
            shown = shown and (" " in words.strip() or words[:1].isupper())
        if shown and LETTERS.search(without_addresses(words)):
            found.append(f"{before}{match['quote']}{words}{match['quote']}")
    return found


@pytest.mark.parametrize("area", AREAS)
def test_no_template_shows_words_that_are_not_marked(area):
    left = [
        f"{template.relative_to(TEMPLATES)}:{line}: {words[:110]}"
        for template in sorted(TEMPLATES.rglob("*.*"))
        if template.suffix in (".html", ".txt") and area_of(template) == area
        if template.relative_to(TEMPLATES).as_posix() not in NO_WORDS
        for line, words in literals_of(template)
        if words not in NAMES and words not in NO_WORDS
    ]
    assert not left, f"{len(left)} not marked:\n" + "\n".join(left)


# --- code -----------------------------------------------------------------------------------
APPS = ["clusters", "members", "meetings", "news"]
# Where strings are not for readers of pages.
UNTRANSLATED = {
    "migrations": "as they were when written",
    "management": "for the operator's console",
    "demo": "content, as people would type it",
    "scale.py": "content, for measuring",
    "backups": "for the operator's console",
    "kept.py": "names of columns",
}
# Calls by the place of the argument that people read.
READ_CALLS = {
    "Refused": 0,
    "ValidationError": 0,
    "act": 0,
    "add_error": 1,
    "add_message": 2,
    "RegexValidator": 1,
}
MESSAGES = {"success", "info", "warning", "error"}
READ_KEYWORDS = {
    "verbose_name", "verbose_name_plural", "help_text", "label", "description", "short_description", "confirm",
    "violation_error_message", "empty_label", "subject", "sentence", "message", "title", "heading", "button",
    "empty_value_display", "label_suffix", "placeholder", "tagline",
}  # fmt: skip
READ_NAMES = {
    "site_header",
    "index_title",
    "short_description",
    "verbose_name",
    "verbose_name_plural",
    "title",
    "empty_label",
    "site_title",
    "label",
}
CHOICES = {"TextChoices", "IntegerChoices"}
SAY = {"act", "display", "action"}  # decorators of functions that answer with words
READ_DICTIONARIES = {"labels", "help_texts", "error_messages"}


def is_literal(node) -> bool:
    """Whether it makes words without gettext: text in quotes, f"…", and these with %, +, or by a condition."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(LETTERS.search(without_addresses(node.value)))
    if isinstance(node, ast.JoinedStr):
        return any(is_literal(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return is_literal(node.left) or (isinstance(node.op, ast.Add) and is_literal(node.right))
    if isinstance(node, ast.IfExp):
        return is_literal(node.body) or is_literal(node.orelse)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("format", "join", "capitalize") and is_literal(node.func.value)
    return False


def read_parts(node):
    """The parts of a node that people read."""
    if isinstance(node, ast.Call):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        place = READ_CALLS.get(name)
        of_messages = name in MESSAGES and getattr(getattr(called, "value", None), "id", "") == "messages"
        place = 1 if of_messages else place
        if name.endswith("Field") and getattr(getattr(called, "value", None), "id", "") == "models":
            place = 0
        if place is not None and len(node.args) > place:
            yield node.args[place]
        for keyword in node.keywords:
            if keyword.arg in READ_KEYWORDS:
                yield keyword.value
            elif keyword.arg == "error_messages" and isinstance(keyword.value, ast.Dict):
                yield from keyword.value.values
    elif isinstance(node, ast.ClassDef):
        choices = any(getattr(base, "attr", getattr(base, "id", "")) in CHOICES for base in node.bases)
        for line in node.body:
            if isinstance(line, ast.Assign):
                names = {getattr(target, "id", "") for target in line.targets}
                if choices and isinstance(line.value, ast.Tuple):
                    yield line.value.elts[-1]
                elif choices or names & READ_NAMES:
                    yield line.value
                elif names & READ_DICTIONARIES and isinstance(line.value, ast.Dict):
                    yield from line.value.values
                elif "fieldsets" in names:
                    yield from (part.elts[0] for part in line.value.elts if isinstance(part, ast.Tuple))
    elif isinstance(node, ast.FunctionDef):
        decorators = [getattr(decorator, "func", decorator) for decorator in node.decorator_list]
        if {
            getattr(one, "attr", getattr(one, "id", "")) for one in decorators
        } & SAY or node.name == "__str__":
            yield from (line.value for line in ast.walk(node) if isinstance(line, ast.Return))
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") in READ_NAMES:
        yield node.value


def plain_strings_of(path: Path) -> list[tuple[int, str]]:
    found = {
        (part.lineno, ast.unparse(part)[:110])
        for node in ast.walk(ast.parse(path.read_text()))
        for part in read_parts(node)
        if is_literal(part)
    }
    return sorted(found)


@pytest.mark.parametrize("app", APPS)
def test_no_code_says_words_that_are_not_marked(app):
    left = [
        f"{path.relative_to(settings.BASE_DIR)}:{line}: {words}"
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py"))
        if not UNTRANSLATED.keys() & set(path.relative_to(settings.BASE_DIR).parts)
        for line, words in plain_strings_of(path)
        if words.strip("\"'") not in NAMES
    ]
    assert not left, f"{len(left)} not marked:\n" + "\n".join(left)


# --- pages ----------------------------------------------------------------------------------
ROWS = {"clusters": clusters.ROWS, "members": members.ROWS, "meetings": meetings.ROWS, "news": news.ROWS}
ROLES = ("visitor", "member", "coordinator", "operator")
LEFT_ALONE = {
    "/accounts/logout/",
    "/admin/logout/",
    "/appearance/",
    "/me/data/copy.zip",
}  # what comes is no page to read


class Walk:
    """Asks for pages and presses their buttons; nothing of it stays. `left`: words not marked, and where."""

    def __init__(self, world, data):
        self.people = world.people
        self.data = data
        self.clients = {}
        self.pressed = set()
        self.left = defaultdict(set)

    def ask(self, role: str, method: str, url: str, form: dict | None = None) -> str:
        """The page in the end, if it is one."""
        client = self.clients.get(role)
        if client is None:
            user = self.people[role]
            client = self.clients[role] = client_of(user) if user else Client()
        cookies = client.cookies.output()
        around = transaction.atomic()
        around._from_testcase = True  # so that durable transactions of views stand it
        with around, zeal_ignore():
            mails = set(OutgoingMail.objects.values_list("pk", flat=True))
            response = getattr(client, method)(url, form or {}, follow=True)
            is_page = response["Content-Type"].startswith("text/html")
            body = response.getvalue()  # to its end, so that files are closed
            body = body.decode() if is_page else ""
            for mail in OutgoingMail.objects.exclude(pk__in=mails):
                where = f"mail {mail.key.split(':')[0]}"
                self.look(where, {mail.subject, *mail.text.splitlines(), *runs_of(mail.html)})
            self.look(f"{role} {url}", runs_of(body))
            transaction.set_rollback(True)
        client.cookies = SimpleCookie(cookies.replace("Set-Cookie: ", ""))
        return body

    def look(self, where: str, runs: set[str]) -> None:
        for run in self.data.literals_in(runs):
            # pytest-django puts such an exception for what is missing, and it is true in {% if %}
            if not FOREIGN.search(run) and "InvalidVarException" not in run:
                self.left[run].add(where)

    def press_buttons(self, role: str, url: str, page: str) -> None:
        """Each form empty, and with nonsense in every field: so it says what is wrong, or does what it does."""
        for form in re.findall(r"(?s)<form\b[^>]*>.*?</form>", page):
            head = form[: form.index(">")]
            if 'method="post"' not in head:
                continue
            action = (re.search(r'action="([^"]*)"', head) or [None, ""])[1].replace("&amp;", "&") or url
            names = tuple(re.findall(r'name="([^"]+)"', form))
            if (role, action, names) not in self.pressed and action not in LEFT_ALONE:
                self.pressed.add((role, action, names))
                self.ask(role, "post", action)
                self.ask(role, "post", action, dict.fromkeys(names, "x"))

    def report(self) -> str:
        lines = [f"{run[:110]}   <- {min(places)}" for run, places in sorted(self.left.items())]
        return f"{len(lines)} runs of text not marked:\n" + "\n".join(lines)


@pytest.fixture
def walk(world):
    data = Data(NAMES | TYPED)
    with spoken(PseudoLanguage()):
        yield Walk(world, data)


@pytest.mark.parametrize("app", ROWS)
def test_no_page_shows_plain_words(app, walk, world):
    for name, args, method, expected in ROWS[app]:
        answered = [role for role, answer in expected.items() if answer == OK]
        url = reverse(name, args=args(world))
        for role in [role for role in ROLES if role in answered] or answered[:1]:
            page = walk.ask(role, method, url)
            walk.press_buttons(role, url, page)
    assert not walk.left, walk.report()


@pytest.mark.parametrize("app", ROWS)
def test_no_page_of_the_desk_shows_plain_words(app, walk):
    walk.ask("operator", "get", reverse("admin:index"))
    for model in (model for model in DESK if model._meta.app_label == app):
        row = model.objects.managed_by(walk.people["operator"]).first()
        doors = [("changelist", []), ("add", [])]
        doors += [(door, [row.pk]) for door in ("change", "history", "delete")] if row else []
        for door, args in doors:
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{door}", args=args)
            page = walk.ask("operator", "get", url)
            walk.press_buttons("operator", url, page)
    assert not walk.left, walk.report()


def test_no_page_of_an_account_shows_plain_words(walk):
    doors = {
        "visitor": ["login", "signup", "reset_password", "request_login_code"],
        "member": ["logout", "email", "change_password", "reauthenticate"],
    }
    for role, names in doors.items():
        for url in [reverse(f"account_{name}") for name in names]:
            walk.press_buttons(role, url, walk.ask(role, "get", url))
    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "usersessions_list"):
        url = reverse(name)
        walk.press_buttons("member", url, walk.ask("member", "get", url))
    for run in [run for run in walk.left if run == "Name" or run.startswith("Credential: ")]:
        del walk.left[run]  # names of fields that allauth gives no words of its own
    assert not walk.left, walk.report()


# --- the nets themselves --------------------------------------------------------------------
def test_a_message_keeps_its_placeholders_tags_and_entities():
    assert disguise("%(n)s of <b>%s</b> {x} &amp; 5%%") == "⟦%(n)s ôƒ <b>%s</b> {x} &amp; 5%%⟧"
    assert not PLAIN.search(disguise("Sign in") + disguise("Sign in").upper() + disguise("Sign in").lower())


def test_words_in_a_page_are_found_wherever_they_can_be_read():
    page = '<p title="One">Two <code>x</code><script>y</script><input type="submit" value="Three"><img alt="Four"></p>'
    assert runs_of(page) == {"One", "Two", "Three", "Four"}


def test_words_in_a_template_are_found(tmp_path):
    template = tmp_path / "a.html"
    template.write_text(
        '<p title="{% if a %}One{% endif %}">{{ n }} dot{{ n|pluralize }} {% translate "marked" %}'
        '{% blocktranslate %}Two{% endblocktranslate %}{# Three #}{% include "a.html" with label="Four" %}</p>'
    )
    assert {words for _, words in literals_of(template)} == {"One", "dot", "|pluralize", 'label="Four"'}


def test_words_in_code_are_found(tmp_path):
    module = tmp_path / "a.py"
    module.write_text(
        'Refused(f"No {x}")\nRefused(_("No"))\nadd(label="Yes" if x else _("No"))\nmessages.info(r, "No %s" % x)'
    )
    assert [line for line, _ in plain_strings_of(module)] == [1, 3, 4]
