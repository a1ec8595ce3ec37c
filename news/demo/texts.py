"""Reads content/*.txt: blocks that begin with "@ name", in them "key: value" lines and prose, or rows with bars."""

from dataclasses import dataclass
from pathlib import Path

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Block:
    """`facts` are the "key: value" lines up to the first empty one; `prose` is the rest."""

    name: str
    facts: dict[str, str]
    prose: str


def blocks(filename: str) -> list[Block]:
    found = []
    for name, lines in _sections(filename):
        head, _, prose = "\n".join(lines).strip().partition("\n\n")
        facts = dict(line.split(": ", 1) for line in head.splitlines())
        found.append(Block(name, facts, prose.strip()))
    return found


def rows(filename: str) -> list[tuple[str, list[str]]]:
    """(name of the block, cells) of each row."""
    return [
        (name, [cell.strip() for cell in line.split("|")])
        for name, lines in _sections(filename)
        for line in lines
        if line
    ]


def _sections(filename: str) -> list[tuple[str, list[str]]]:
    sections: list[tuple[str, list[str]]] = []
    for line in (CONTENT / filename).read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            sections.append((line[2:].strip(), []))
        elif sections:
            sections[-1][1].append(line.rstrip())
    return sections
