"""Words and addresses that stand in a template as text: the same as Django's tags say each time."""

from datetime import date

import pytest
from django.conf import settings
from django.template import Context, Engine, Template, engines
from django.template.base import FilterExpression, TextNode
from django.template.loader import get_template
from django.template.loader_tags import IncludeNode
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import trans_real

from clusters import addresses
from clusters.templatetags.constant import Included, Known, Sentence

SAID = [
    '{% translate "Sign in" %}',
    "{% translate 'Less < more & 100%' %}",
    '{% translate "Sign in" as words %}{{ words }}',
    "{% blocktranslate trimmed %}\n  Free to join.<br>\n 100% %(free)s\n{% endblocktranslate %}",
    "{% url 'clusters:cluster-list' %}",
    "{% url 'clusters:cluster' 'lancaster' as here %}{{ here }}",
    "{% url 'no-such-name' as here %}[{{ here }}]",
]

VARIES = [
    "{% translate words %}",
    '{% translate "Sign in"|upper %}',
    '{% translate "May" context "month" %}',
    "{% blocktranslate count n=2 %}One{% plural %}Two{% endblocktranslate %}",
    "{% blocktranslate asvar words %}Free{% endblocktranslate %}",
    "{% url 'clusters:cluster' slug %}",
    "{% url 'clusters:cluster' slug='lancaster' %}",
    "{% url 'no-such-name' %}",
]
SENTENCES = [
    "{% blocktranslate %}Free for {{ name }}, 100%{% endblocktranslate %}",
    "{% blocktranslate with name=words day=day|date %}{{ name }} & {{ name }}, {{ day }}{% endblocktranslate %}",
    "{% blocktranslate with name=1234.5 %}Free for {{ name }}{% endblocktranslate %} {{ name }}",
]
ADDRESSES = [
    "{% url 'clusters:cluster' slug %}",
    "{% url 'meetings:meeting' number %}",
    "{% url 'meetings:meeting' number as here %}{{ here }}",
    "{% url 'members:company' name|slugify %}",
    "{% url 'clusters:cluster' words as here %}[{{ here }}]",
    "{% url 'no-such-name' slug as here %}[{{ here }}]",
    "{% url 'clusters:cluster' slug=slug %}",
    "{% url place slug %}",
]


@pytest.fixture
def django_alone():
    """Templates as Django reads them without our tags."""
    return Engine(builtins=["django.templatetags.i18n"])


@pytest.mark.parametrize("source", SAID + SENTENCES + ADDRESSES)
@pytest.mark.parametrize("language", ["en-gb", "cy"])
@pytest.mark.parametrize("autoescape", [True, False])
def test_it_is_said_as_django_says_it(source, language, autoescape, welsh, django_alone):
    def page() -> Context:
        values = {"name": "<b>Bay & Sons", "words": "<i>", "day": date(2026, 11, 22), "number": 7}
        return Context({**values, "slug": "lune", "place": "clusters:cluster"}, autoescape)

    with translation.override(language):
        assert Template(source).render(page()) == django_alone.from_string(source).render(page())


@pytest.mark.parametrize("source", SENTENCES)
def test_the_words_of_a_sentence_are_looked_up_once(source):
    assert isinstance(Template(source).nodelist[0], Sentence)


def test_a_value_that_is_missing_is_what_django_makes_of_it():
    tags = ["django.templatetags.i18n", "clusters.templatetags.constant"]
    source = "{% blocktranslate %}Free for {{ nobody }}{% endblocktranslate %}"
    page = Engine(builtins=tags, string_if_invalid="(%s?)").from_string(source)
    assert page.render(Context()) == "Free for (nobody?)"


@pytest.mark.parametrize("translated", ["%(nome)s", "%(name)z", "%"])
def test_a_translation_that_is_broken_leaves_the_words_as_they_are(translated, welsh):
    with translation.override(welsh):
        trans_real.catalog().gettext = lambda words: translated
        source = "{% blocktranslate %}Free for {{ name }}{% endblocktranslate %}"
        assert Template(source).render(Context({"name": "Bay"})) == "Free for Bay"


@pytest.mark.parametrize("slug", ["", "no slug"])
def test_an_address_that_there_is_not_fails_as_with_django(slug, django_alone):
    for engine in (engines["django"].engine, django_alone):
        with pytest.raises(NoReverseMatch):
            engine.from_string("{% url 'clusters:cluster' slug %}").render(Context({"slug": slug}))


def test_an_address_is_found_once_for_each_mount(monkeypatch):
    page = Template("{% url 'clusters:cluster' slug %}")
    asked = []
    monkeypatch.setattr(addresses, "reverse", lambda *given: asked.append(given) or reverse(*given))
    for _ in range(2):
        assert page.render(Context({"slug": "found-once"})) == "/clusters/found-once/"
    with override_script_prefix("/mounted/"):
        assert page.render(Context({"slug": "found-once"})) == "/mounted/clusters/found-once/"
    assert len(asked) == 2


@pytest.mark.parametrize("source", SAID)
def test_what_is_constant_is_text(source):
    assert isinstance(Template(source).nodelist[0], TextNode | Known)


@pytest.mark.parametrize("source", VARIES)
def test_what_may_vary_is_asked_each_time(source):
    assert not isinstance(Template(source).nodelist[0], TextNode | Known)


def menu() -> str:
    values = {"section": "", "cluster_word": "", "faq_url": "", "signed_in": False}
    return get_template("_site_nav.html").render(values)


def test_a_template_is_read_for_each_language_and_mount(welsh):
    english = menu()
    assert "Sign in" in english and 'href="/meetings/"' in english
    with translation.override(welsh):
        assert "⟦Šîĝñ îñ⟧" in menu()
    with override_script_prefix("/network/"):
        assert 'href="/network/meetings/"' in menu()
    assert menu() == english


def test_mounts_that_nobody_has_do_not_fill_the_memory():
    engine = Engine.get_default()
    [loader] = engine.template_loaders
    for number in range(20):
        with override_script_prefix(f"/{number}/"):
            assert f'href="/{number}/meetings/"' in menu()
    assert len(loader.get_template_cache) <= 2 * (len(settings.LANGUAGES) + loader.MOUNTS)
    assert 'href="/meetings/"' in menu()


def test_a_template_that_loads_i18n_may_be_kept_for_all_languages(welsh):
    """crispy forms keeps its own so."""
    kept = engines["django"].from_string('{% load i18n %}{% translate "Sign in" %}')
    with translation.override(welsh):
        assert kept.render() == "⟦Šîĝñ îñ⟧"


def names_included(template: str) -> list:
    nodes = get_template(template).template.nodelist.get_nodes_by_type(IncludeNode)
    return [node.template for node in nodes]


def test_what_a_page_includes_is_found_once_for_each_language(welsh):
    found = {}
    for language in ("en-gb", "cy", "en-gb"):
        with translation.override(language):
            for included in names_included("members/company/page.html"):
                assert isinstance(included, Included)
                context = Context({"company": None})
                with context.bind_template(get_template("members/company/page.html").template):
                    piece = included.resolve(context)
                    assert piece is included.resolve(context)
                found.setdefault((language, piece.name), piece)
                assert found[language, piece.name] is piece
                assert piece is get_template(piece.name).template
    assert len(found) == len(set(map(id, found.values()))) > 2


def test_templates_of_packages_look_for_what_they_include_each_time():
    names = names_included("admin/base.html")
    assert names
    assert all(isinstance(name, FilterExpression) for name in names)
