"""Tags that say the same each time: {% translate "…" %}, {% url "…" %} of a name, the words of {% blocktranslate %}.

Django looks the words and addresses up whenever it renders them, of which a page has a hundred. Here they are looked
up when a template is read, which happens for each language and mount apart (clusters.lean_templates.ReadForEach), and
stand in it as text. With variables, filters or options, and with numbers, they are Django's own tags. Nor does
{% include "…" %} look for a template of that name each time, or {% url "…" of something %} for the same address.

All templates know these; one that loads i18n gets Django's. So do those of packages, and so must one that
somebody keeps for all languages, as crispy forms does.
"""

import re

from django import template
from django.template import Context, Engine, Node
from django.template.base import TextNode, render_value_in_context
from django.template.defaulttags import URLNode, url
from django.template.loader_tags import IncludeNode, do_include
from django.templatetags.i18n import BlockTranslateNode, do_block_translate, do_translate
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.translation import gettext

from clusters.addresses import address
from clusters.lean_templates import Loader

register = template.Library()

LITERAL = r"""(?:"[^"]*"|'[^']*')"""
CONSTANT = re.compile(rf"\w+(?: +{LITERAL})+(?: +as +(?P<name>\w+))?")


class Known(Node):
    """Gives a variable of the page its value."""

    def __init__(self, name: str, value: str):
        self.name = name
        self.value = value

    def render(self, context):
        context[self.name] = self.value
        return ""


def of_literals(read):
    """A tag that is constant if all it is given stands in quotes."""

    def read_once(parser, token):
        node = read(parser, token)
        constant = CONSTANT.fullmatch(token.contents)
        return said_once(node, constant["name"]) if constant else node

    return read_once


class Sentence(Node):
    """Words with values in them: the words are looked up when the template is read."""

    def __init__(self, node: BlockTranslateNode, message: str, names: list[str]):
        self.node = node
        self.message = message
        self.names = names

    def render(self, context):
        given = {name: value.resolve(context) for name, value in self.node.extra_context.items()}
        try:
            with context.push(given):
                values = {name: render_value_in_context(context[name], context) for name in self.names}
        except KeyError:  # nothing of that name: Django says what stands for it
            return self.node.render(context)
        return self.message % values


def sentence(parser, token):
    node = do_block_translate(parser, token)
    if node.plural or node.asvar or node.message_context:
        return node
    words, names = node.render_token_list(node.singular)
    message = gettext(words)
    try:
        text = message % dict.fromkeys(names, "")
    except (KeyError, ValueError):  # a translation that can't be used
        return node
    return Sentence(node, message, names) if names else TextNode(text)


class Address(Node):
    """That of something, found once for each."""

    def __init__(self, node: URLNode):
        self.node = node
        self.name = node.view_name.var

    def render(self, context):
        args = [arg.resolve(context) for arg in self.node.args]
        if any(type(arg) not in (int, str) for arg in args):
            return self.node.render(context)
        try:
            found = address(self.name, *args)
        except NoReverseMatch:
            return self.node.render(context)
        if self.node.asvar:
            context[self.node.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


def address_of(parser, token) -> Node:
    node = of_literals(url)(parser, token)
    if not isinstance(node, URLNode) or node.kwargs or node.view_name.filters:
        return node
    return Address(node) if isinstance(node.view_name.var, str) else node


class Included:
    """What an {% include "…" %} names, found the first time. Stands where Django's node has the name."""

    def __init__(self, name):
        self.name = name
        self.template = None

    def resolve(self, context) -> template.Template:
        if self.template is None:
            self.template = context.template.engine.get_template(self.name.resolve(context))
        return self.template


def include(parser, token) -> IncludeNode:
    """In our own templates alone: somebody else's may be kept for all languages, and would find one."""
    node = do_include(parser, token)
    if isinstance(node.template.var, str) and isinstance(parser.origin.loader, Loader):
        node.template = Included(node.template)  # type: ignore[assignment]
    return node


def said_once(node: Node, name: str | None = None) -> Node:
    """What a node says, or gives the variable of this name; the node itself if that differs by what is escaped."""
    said = set()
    for autoescape in (True, False):
        context = Context(autoescape=autoescape)
        with context.bind_template(Engine.get_default().from_string("")):
            try:
                text = node.render(context)
            except NoReverseMatch:  # perhaps in a part of the page that is never shown
                return node
        said.add(context[name] if name else text)
    if len(said) > 1:
        return node
    return Known(name, said.pop()) if name else TextNode(said.pop())


register.tag("translate", of_literals(do_translate))
register.tag("blocktranslate", sentence)
register.tag("url", address_of)
register.tag("include", include)
