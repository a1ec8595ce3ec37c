"""Tags that say the same each time: {% translate "…" %}, {% blocktranslate %} without values, {% url "…" %} of a name.

Django looks the words and addresses up whenever it renders them, of which a page has a hundred. Here they are looked
up when a template is read, which happens for each language and mount apart (clusters.lean_templates.ReadForEach), and
stand in it as text. With variables, filters or options they are Django's own tags.

All templates know these three; one that loads i18n gets Django's. So do those of packages, and so must one that
somebody keeps for all languages, as crispy forms does.
"""

import re

from django import template
from django.template import Context, Engine, Node
from django.template.base import TextNode, TokenType
from django.template.defaulttags import url
from django.templatetags.i18n import do_block_translate, do_translate
from django.urls import NoReverseMatch

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


def sentence(parser, token):
    node = do_block_translate(parser, token)
    has_values = any(part.token_type == TokenType.VAR for part in node.singular)
    has_options = node.extra_context or node.plural or node.asvar or node.message_context
    return node if has_values or has_options else said_once(node)


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
register.tag("url", of_literals(url))
