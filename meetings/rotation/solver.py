"""The rota as an integer programme, solved by HiGHS one aim at a time. Every aim is a sum of small
whole numbers, so nothing is lost to rounding. docs/rotation.md has the formulas.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from meetings.rotation.terms import Role, Slot

Option = tuple[Slot, int]  # a turn and a firm that may take it

Row = tuple[float, float, dict[int, int]]  # at least, at most, the columns and how often each counts

INFINITY = math.inf
WHOLE = 1e-5  # how far from 0 or 1 the solver may leave a column that means yes or no


class Impossible(Exception):
    pass


class RotaModel:
    """One 0/1 column for each turn and each firm that may take it.

    `options` names the firms that may take each open turn, both in order of preference. Of the
    bundles in one of `exclusive` at most one may be used; the options of one bundle may be used
    together. `levels` says how many turns in a role each firm counts already. `plan` is a plan that
    is best in the aims so far.
    """

    def __init__(
        self,
        options: Mapping[Slot, Sequence[int]],
        exclusive: Iterable[Sequence[Sequence[Option]]],
        levels: Mapping[tuple[int, Role], int],
    ):
        self._options = options
        self._bound: list[float] = []
        self._rows: list[Row] = []
        self._columns = {(turn, firm): self._column() for turn, firms in options.items() for firm in firms}
        for turn in options:
            self._row(0, 1, dict.fromkeys(self._columns_of(turn), 1))
        self._filled = dict.fromkeys(self._columns.values(), 1)
        self._unevenness = self._add_shares(levels)
        self._exclude(exclusive)
        self._hint()
        self._load()
        self.plan: dict[Slot, int | None] = dict.fromkeys(options)

    def fill(self) -> None:
        """From now on as many turns are taken as can be."""
        most = -self._minimise(dict.fromkeys(self._filled, -1))
        self._demand(most, INFINITY, self._filled)

    def level(self) -> None:
        """From now on the squares of the firms' turns add up to the least they can."""
        least = self._minimise(self._unevenness)
        self._demand(-INFINITY, least, self._unevenness)

    def keep(self, proposed: Mapping[Slot, int]) -> None:
        """From now on as many of the proposed turns stay as can."""
        kept = {self._columns[option]: 1 for option in proposed.items() if option in self._columns}
        most = -self._minimise(dict.fromkeys(kept, -1))
        self._demand(most, INFINITY, kept)

    def prefer(self, turn: Slot, places: Mapping[int, int], nobody: int | None = None) -> int:
        """Plans the turn for the firm of the lowest place that can have it; returns the place, or
        `nobody`."""
        last = len(places) if nobody is None else nobody
        return last + self._minimise(
            {self._columns[turn, firm]: place - last for firm, place in places.items()}
        )

    def claim(
        self,
        turn: Slot,
        firms: Collection[int],
        same: Slot | None = None,
        none_of: Mapping[int, Sequence[Slot]] = MappingProxyType({}),
    ) -> bool:
        """From now on one of the firms takes the turn, or nobody if there are none: the one that
        takes the turn `same`, if given, and one that takes none of the turns it has in `none_of`.
        Changes nothing and is False if that can't be."""
        bounds: dict[int, float] = {
            self._columns[turn, firm]: 0 for firm in self._options[turn] if firm not in firms
        }
        rows: list[Row] = [(1, 1, {self._columns[turn, firm]: 1 for firm in firms})] if firms else []
        if same:
            bounds |= {self._columns[same, firm]: 0 for firm in self._options[same] if firm not in firms}
            rows += [(0, 0, {self._columns[turn, f]: 1, self._columns[same, f]: -1}) for f in firms]
        for firm, turns in none_of.items():
            if turns:
                rows.append((-INFINITY, 1, {self._columns[t, firm]: 1 for t in (turn, *turns)}))
        before = {column: self._bound[column] for column in bounds}
        height = self._highs.getNumRow()
        self._bind(bounds)
        for row in rows:
            self._demand(*row)
        if self._keeps(bounds, rows):
            return True
        try:
            self._minimise({})
        except Impossible:
            self._bind(before)
            self._highs.deleteRows(len(rows), list(range(height, height + len(rows))))
            return False
        return True

    def _keeps(self, bounds: Mapping[int, float], rows: Iterable[Row]) -> bool:
        """Whether the plan at hand does."""
        taken = {self._columns[turn, firm] for turn, firm in self.plan.items() if firm is not None}
        return not any(column in taken and bound == 0 for column, bound in bounds.items()) and all(
            lower <= sum(value for column, value in terms.items() if column in taken) <= upper
            for lower, upper, terms in rows
        )

    def _bind(self, bounds: Mapping[int, float]) -> None:
        for column, bound in bounds.items():
            self._bound[column] = bound
            self._highs.changeColBounds(column, 0, bound)

    def _columns_of(self, turn: Slot) -> list[int]:
        return [self._columns[turn, firm] for firm in self._options[turn]]

    def _column(self) -> int:
        self._bound.append(1)
        return len(self._bound) - 1

    def _row(self, lower: float, upper: float, terms: dict[int, int]) -> None:
        self._rows.append((lower, upper, terms))

    def _add_shares(self, levels: Mapping[tuple[int, Role], int]) -> dict[int, int]:
        """Parts each firm's turns into a first, a second and so on, and says what each adds to
        the sum of squares: (n + 1)² − n² = 2n + 1. The costs rise, so the first come first."""
        turns = defaultdict(list)
        for ((_, role), firm), column in self._columns.items():
            turns[firm, role].append(column)
        lowest = min((levels[key] for key in turns), default=0)
        costs = {}
        for (firm, role), columns in turns.items():
            shares = [self._column() for _ in columns]
            for had, share in enumerate(shares, start=levels[firm, role] - lowest):
                costs[share] = 2 * had + 1
            self._row(0, 0, dict.fromkeys(columns, 1) | dict.fromkeys(shares, -1))
        return costs

    def _hint(self) -> None:
        """Early turns to the first in the queue: not an aim, but a plan like this is nearly always
        the one sought, and leaves the solver no halves to choose between. One unit of an aim
        outweighs all hints."""
        self._hints = [0.0] * len(self._bound)
        self._unit = 1
        for weight, (turn, firms) in enumerate(reversed(list(self._options.items())), start=1):
            self._unit += weight * len(firms)
            for place, firm in enumerate(firms):
                self._hints[self._columns[turn, firm]] = weight * (place - len(firms))

    def _exclude(self, exclusive: Iterable[Sequence[Sequence[Option]]]) -> None:
        busy: dict[tuple[Option, ...], int] = {}
        for bundles in exclusive:
            terms = {}
            for bundle in map(tuple, bundles):
                if len(bundle) == 1:
                    terms[self._columns[bundle[0]]] = 1
                    continue
                if bundle not in busy:
                    busy[bundle] = self._column()
                    for option in bundle:
                        self._row(-INFINITY, 0, {self._columns[option]: 1, busy[bundle]: -1})
                terms[busy[bundle]] = 1
            self._row(-INFINITY, 1, terms)

    def _load(self) -> None:
        import highspy  # here, for with numpy it takes 20 MB, and few processes ever plan

        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self._bound), len(self._rows)
        lp.col_cost_ = [0.0] * len(self._bound)
        lp.col_lower_ = [0.0] * len(self._bound)
        lp.col_upper_ = self._bound
        lp.row_lower_ = [lower for lower, _, _ in self._rows]
        lp.row_upper_ = [upper for _, upper, _ in self._rows]
        starts, index, value = [0], list[int](), list[float]()
        for _, _, terms in self._rows:
            index.extend(terms)
            value.extend(terms.values())
            starts.append(len(index))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, index, value
        whole = set(self._columns.values())
        kind = highspy.HighsVarType
        lp.integrality_ = [
            kind.kInteger if column in whole else kind.kContinuous for column in range(len(self._bound))
        ]
        self._highs = highspy.Highs()
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("presolve", "off")  # costs more than it saves on so few rows
        self._highs.setOptionValue("mip_rel_gap", 0.0)
        self._highs.setOptionValue("mip_abs_gap", 0.9)  # costs are whole: less than one is none
        self._highs.passModel(lp)

    def _demand(self, lower: float, upper: float, terms: dict[int, int]) -> None:
        self._highs.addRow(lower, upper, len(terms), list(terms), list(terms.values()))

    def _minimise(self, costs: Mapping[int, int]) -> int:
        """Sets `plan` to one of least cost and returns the cost.

        The relaxation is many times faster and nearly always whole by itself; if it isn't, the
        whole programme is solved.
        """
        hinted = self._hints.copy()
        for column, cost in costs.items():
            hinted[column] += self._unit * cost
        values = self._solve(hinted, relaxed=True)
        if not all(min(values[c], 1 - values[c]) < WHOLE for c in self._filled):
            values = self._solve([costs.get(c, 0) for c in range(len(self._bound))], relaxed=False)
        self.plan = dict.fromkeys(self._options)
        for (turn, firm), column in self._columns.items():
            if values[column] > 0.5:
                self.plan[turn] = firm
        return round(sum(cost * values[column] for column, cost in costs.items()))

    def _solve(self, costs: list[float], *, relaxed: bool) -> Sequence[float]:
        import highspy

        if not costs:
            return costs
        self._highs.changeColsCost(len(costs), list(range(len(costs))), costs)
        self._highs.setOptionValue("solve_relaxation", relaxed)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Impossible
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"The rota's solver stopped with {status}.")
        return self._highs.getSolution().col_value
