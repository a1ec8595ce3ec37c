"""Who chairs and who hosts: the fair rota of one cluster, planned ahead.

`plan` is a pure function: the same input in any order gives the same plan, without database or
clock. What "fair" means, exactly, is in docs/rotation.md.
"""

from collections.abc import Iterable

from meetings.rotation.explanation import explained
from meetings.rotation.facts import Facts, Given
from meetings.rotation.planner import assignment
from meetings.rotation.terms import (
    Company,
    Duty,
    Meeting,
    PassedOver,
    Place,
    Plan,
    Policy,
    Role,
    Turn,
)

__all__ = [
    "Company",
    "Duty",
    "Meeting",
    "PassedOver",
    "Place",
    "Plan",
    "Policy",
    "Role",
    "Turn",
    "plan",
]


def plan(
    meetings: Iterable[Meeting],
    companies: Iterable[Company],
    *,
    past: Iterable[Duty] = (),
    declined: Iterable[Duty] = (),
    fixed: Iterable[Duty] = (),
    proposed: Iterable[Duty] = (),
    policy: Policy = Policy(),  # noqa: B008  (it is frozen)
) -> Plan:
    """The best rota for the meetings ahead. `past` are the fulfilled turns, `declined` the refused
    and expired ones, `fixed` the offered, accepted or pinned ones, which stay, `proposed` the plan so far.
    Duties of other meetings and of firms that have left may be among them."""
    given = Given(
        tuple(meetings), tuple(companies), tuple(past), tuple(declined), tuple(fixed), tuple(proposed), policy
    )
    return explained(Facts(given), assignment(Facts(given)))
