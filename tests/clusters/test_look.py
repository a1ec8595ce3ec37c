"""The frame of the pages: stylesheet, icons, dates, and pages that stand when all else falls."""

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.forms import CharField, Form, RadioSelect
from django.template import Context, Template
from django.template.loader import render_to_string

from clusters.management.commands.build_assets import STYLES, build

TEMPLATES = settings.BASE_DIR / "templates"
STATIC = settings.BASE_DIR / "static"
# The admin's are Django's own matter; the mails' have to bring their style with them.
PAGES = [
    path for path in sorted(TEMPLATES.rglob("*.html")) if path.relative_to(TEMPLATES).parts[0] != "emails"
]


def rendered(template: str, **context) -> str:
    return Template("{% load look %}" + template).render(Context(context))


def test_stylesheet_is_one_file_with_every_part(tmp_path):
    build(STATIC / "css", tmp_path)
    css = (tmp_path / "css" / "site.css").read_text()
    assert "@import" not in css
    for part in (
        "--accent:",
        ".meet-list",
        ".agenda",
        ".form-control",
        ".map-town",
        ".visually-hidden",
        "@page",
    ):
        assert part in css


def test_every_style_file_is_served():
    served = {path for pattern in STYLES for path in (STATIC / "css").glob(pattern)}
    assert served == set((STATIC / "css").rglob("*.css"))


def test_fonts_are_small_and_named_in_the_stylesheet(tmp_path):
    build(STATIC / "css", tmp_path)
    css = (tmp_path / "css" / "site.css").read_text()
    fonts = sorted(path.name for path in (tmp_path / "fonts").iterdir())
    assert fonts == [
        "bricolage-grotesque-more.woff2",
        "bricolage-grotesque.woff2",
        "hanken-grotesk-more.woff2",
        "hanken-grotesk.woff2",
    ]
    for name in fonts:
        assert f'url("../fonts/{name}")' in css
        assert (tmp_path / "fonts" / name).stat().st_size < 30_000
    usual = [path.stat().st_size for path in (tmp_path / "fonts").iterdir() if "-more" not in path.name]
    assert sum(usual) < 40_000


def test_assets_are_built_once(tmp_path):
    assert len(build(STATIC / "css", tmp_path)) == 6
    assert build(STATIC / "css", tmp_path) == []


def test_dates_are_written_in_the_time_of_the_place():
    meeting = datetime(2026, 7, 16, 16, 30, tzinfo=UTC)
    assert rendered("{{ at|long_date }}, {{ at|row_date }}, {{ at|clock }}", at=meeting) == (
        "Thursday 16 July 2026, 16 Jul, 17:30"
    )


def test_no_date_is_written_as_nothing():
    assert rendered("{{ at|long_date }}{{ at|row_date }}{{ at|clock }}", at=None) == ""


def test_kept_words_stand_in_attributes():
    page = rendered(
        '{% kept as title %}\n  "Cloud" for {{ who }}\n{% endkept %}<p title="{{ title }}">', who='<b>"'
    )
    assert page == '<p title="&quot;Cloud&quot; for &lt;b&gt;&quot;">'


def test_icon_is_one_of_the_sprite_and_hidden_from_screen_readers():
    assert rendered("{% icon 'calendar' %}") == (
        '<svg class="icon" aria-hidden="true" focusable="false">'
        '<use href="/static/img/icons.svg#i-calendar"/></svg>'
    )


def test_every_icon_and_scene_that_templates_use_exists():
    sprite = {symbol.get("id") for symbol in ElementTree.parse(finders.find("img/icons.svg")).getroot()}
    for page in PAGES:
        text = page.read_text()
        for name in re.findall(r"""{% icon ["']([\w-]+)["']""", text):
            assert f"i-{name}" in sprite, f"{page}: {name}"
        for name in re.findall(r"""{% scene ["']([\w-]+)["']""", text):
            assert finders.find(f"img/scene-{name}.svg"), f"{page}: {name}"


@pytest.mark.parametrize("picture", sorted((STATIC / "img").glob("*.svg")), ids=lambda path: path.name)
def test_every_picture_file_is_well_formed(picture):
    ElementTree.parse(picture)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_has_no_inline_style_or_script(page: Path):
    text = page.read_text()
    assert not re.search(r"""\sstyle=|\son\w+=["']|<style""", text)
    for attributes in re.findall(r"<script([^>]*)>", text):
        assert "src=" in attributes or 'type="application/' in attributes


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html", "507.html"])
def test_page_of_last_resort_needs_nothing(name):
    page = render_to_string(name)
    assert "/static/css/site.css" in page
    assert page.count("<h1>") == 1
    assert "<script" not in page


class Turn(Form):
    firm = CharField(label="Your firm", error_messages={"required": "Tell us what it is called."})
    role = CharField(label="Role", widget=RadioSelect, error_messages={"required": "Choose one."})


def test_errors_are_summed_up_with_links_to_their_fields():
    page = Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": Turn({})}))
    assert page.count('role="alert"') == 1
    assert "Two things need another look" in page
    assert '<a href="#id_firm">Your firm: Tell us what it is called.</a>' in page
    assert '<a href="#div_id_role">Role: Choose one.</a>' in page
    assert 'id="div_id_role"' in page


def test_error_of_the_whole_form_is_said_once():
    form = Turn({"firm": "Fellside", "role": "chair"})
    form.add_error(None, "That firm has its turn already.")
    page = Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": form}))
    assert "One thing needs another look" in page
    assert page.count("That firm has its turn already.") == 1


def test_form_without_errors_has_no_summary():
    assert "alert" not in render_to_string("_errors.html", {"form": Turn()})
