"""Looks at a page as people have it before them, wide and narrow, light and dark, and says what is wrong with it."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Mails are shown in frames of their own, and what axe loads ahead our content security policy forbids.
COMMON = {"resultTypes": ["violations"], "iframes": False, "preload": False}
ALL_RULES = {
    **COMMON,
    "runOnly": {"type": "tag", "values": WCAG},
    "rules": {"target-size": {"enabled": True}, "label-content-name-mismatch": {"enabled": True}},
}
RULES_OF_COLOUR = {**COMMON, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
PHONE, SMALLEST, DESK = 375, 320, 1280  # CSS pixels; 320 is also a window of 1280 at 400 %
JUDGE = """
    async (options) => {
      const found = await axe.run(document, options);
      const some = (nodes) => nodes.slice(0, 2).map(({html}) => html.slice(0, 120)).join(" and ");
      return found.violations.map(({id, nodes}) => `${id}: ${some(nodes)}`);
    }
"""


def faults_of(page: Page, turn: int) -> list[str]:
    """Of the page as it is open: what breaks WCAG 2.2 AA, and where it has to be scrolled sideways.

    All rules are tried on a phone in the dark and on a desk in the light. Width moves things and a scheme colours
    them, whatever the other is: so of the two looks that are left each page has one by turns, for its colours.
    """
    page.evaluate(AXE)
    left = (PHONE, "light") if turn % 2 else (DESK, "dark")
    found = []
    for width, scheme, rules in (
        (SMALLEST, "dark", None),
        (PHONE, "dark", ALL_RULES),
        (DESK, "light", ALL_RULES),
        (*left, RULES_OF_COLOUR),
    ):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{width}: scrolls sideways to {wide}")
        if rules:
            found += [f"{width} {scheme}: {fault}" for fault in page.evaluate(JUDGE, rules)]
    return found
