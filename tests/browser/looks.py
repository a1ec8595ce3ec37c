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
    "rules": {"target-size": {"enabled": False}, "label-content-name-mismatch": {"enabled": True}},
}
RULES_OF_NEIGHBOURS = {
    **COMMON,
    "runOnly": {"type": "rule", "values": ["target-size"]},
}  # of the page as a whole
RULES_OF_COLOUR = {**COMMON, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
PHONE, SMALLEST, DESK = 375, 320, 1280  # CSS pixels; 320 is also a window of 1280 at 400 %
# The part of a page that starts with an element is known by the markup of it and of all in it, without the words and
# with alike ones counted once, and by what it stands in. The outermost parts that were seen go to window.known.
PARTS = """
    (seen) => {
      const known = new Set(seen), met = new Set(), outermost = [];
      const valued = /^(class|role|type|rel|open|hidden|disabled|data-|aria-(?!label|describedby|controls|details))/;
      const number = (text) => {
        let low = 0xdeadbeef, high = 0x41c6ce57;
        for (let at = 0; at < text.length; at++) {
          low = Math.imul(low ^ text.charCodeAt(at), 2654435761);
          high = Math.imul(high ^ text.charCodeAt(at), 1597334677);
        }
        return 4294967296 * (high & 2097151) + (low >>> 0);
      };
      const markup = new Map();
      const read = (one) => {
        const names = [...one.attributes].map(({name, value}) => name + (valued.test(name) ? value : !value));
        const words = [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
        const inside = [...new Set([...one.children].map(read))];
        const line = `<${one.tagName} ${names.sort().join(" ")} ${words}>${inside}`;
        markup.set(one, number(line));
        return markup.get(one);
      };
      const walk = (one, where, within) => {
        const here = number(`${where} ${one.tagName} ${one.getAttribute("class")} ${one.hidden} ${one.open}`);
        const part = number(`${here} ${markup.get(one)}`);
        met.add(part);
        const isKnown = known.has(part);
        if (isKnown && !within) outermost.push(one);
        for (const child of one.children) walk(child, here, within || isKnown);
      };
      read(document.documentElement);
      walk(document.documentElement, "", false);
      window.known = outermost;
      return outermost[0] === document.documentElement ? [] : [...met].filter((part) => !known.has(part));
    }
"""
JUDGE = """
    async ([options, whole]) => {
      const exclude = whole ? [] : window.known;
      const found = await axe.run({include: [document.documentElement], exclude}, options);
      const some = (nodes) => nodes.slice(0, 2).map(({html}) => html.slice(0, 120)).join(" and ");
      return found.violations.map(({id, nodes}) => `${id}: ${some(nodes)}`);
    }
"""


class Eyes:
    """Remember what they have seen: of a page they judge the parts that no page before had."""

    def __init__(self):
        self.seen: set[int] = set()
        self.turn = 0

    def faults_of(self, page: Page) -> list[str]:
        """Of the page as it is open: what breaks WCAG 2.2 AA, and where it has to be scrolled sideways.

        All rules are tried on a phone in the dark and on a desk in the light. Width moves things and a scheme colours
        them, whatever the other is: so of the two looks that are left each page has one by turns, for its colours.
        """
        new = page.evaluate(PARTS, list(self.seen))
        self.seen |= set(new)
        if new:
            self.turn += 1
            page.evaluate(AXE)
        left = (PHONE, "light") if self.turn % 2 else (DESK, "dark")
        found = []
        for width, scheme, rules in (
            (SMALLEST, "dark", []),
            (PHONE, "dark", [(ALL_RULES, False), (RULES_OF_NEIGHBOURS, True)]),
            (DESK, "light", [(ALL_RULES, False), (RULES_OF_NEIGHBOURS, True)]),
            (*left, [(RULES_OF_COLOUR, False)]),
        ):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{width}: scrolls sideways to {wide}")
            for some in rules if new else []:
                found += [f"{width} {scheme}: {fault}" for fault in page.evaluate(JUDGE, some)]
        return found
