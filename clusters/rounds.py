"""Whose turn it is to chair: who has had it in this round, who is next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SEATS = 80  # with more the picture would be a line


@dataclass(frozen=True)
class Round:
    """The seats round the table, one for each member firm. The next chair sits at the top."""

    seats: int
    had: frozenset[int]
    chair: int | None
    host: int | None

    @property
    def can_be_drawn(self) -> bool:
        return 1 < self.seats <= MOST_SEATS


def round_of(members: Sequence, chair_id: int | None, host_id: int | None) -> Round:
    """`members` are memberships that know their `turns` in the chair: how many until now.

    Nobody chairs twice before everybody has chaired once, so this round's are those with more
    turns than the fewest.
    """
    fewest = min((member.turns for member in members), default=0)

    def place(member) -> tuple:
        return (member.company_id != chair_id, member.turns > fewest, member.pk)

    seated = sorted(members, key=place)
    ids = [member.company_id for member in seated]
    return Round(
        seats=len(seated),
        had=frozenset(index for index, member in enumerate(seated) if member.turns > fewest),
        chair=ids.index(chair_id) if chair_id in ids else None,
        host=ids.index(host_id) if host_id in ids else None,
    )
