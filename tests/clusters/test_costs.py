from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from clusters.costs import given_in, years_of

days = st.dates(date(2000, 1, 1), date(2040, 1, 1))
pennies = st.decimals(min_value="0.01", max_value="9999999", places=2)


def gift(amount, start, end=None):
    return SimpleNamespace(amount=amount, start=start, end=end)


@given(amount=pennies, start=days, length=st.integers(0, 3000), cuts=st.lists(st.integers(0, 3000)))
def test_parts_add_up_to_the_whole_to_the_penny(amount, start, length, cuts):
    one = gift(amount, start, start + timedelta(days=length))
    edges = sorted({0, length + 1, *(cut for cut in cuts if cut <= length)})
    parts = [
        given_in(one, start + timedelta(days=first), start + timedelta(days=last - 1))
        for first, last in pairwise(edges)
    ]
    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)


def test_an_amount_is_spread_evenly_over_the_days_of_each_year():
    one = gift(Decimal(730), date(2026, 7, 1), date(2028, 6, 29))
    assert given_in(one, date(2026, 1, 1), date(2026, 12, 31)) == 184
    assert given_in(one, date(2027, 1, 1), date(2027, 12, 31)) == 365
    assert given_in(one, date(2028, 1, 1), date(2028, 12, 31)) == 181


def test_without_an_end_it_is_all_given_on_the_first_day():
    one = gift(Decimal(850_000), date(2026, 7, 1))
    assert given_in(one, date(2026, 1, 1), date(2026, 12, 31)) == 850_000
    assert given_in(one, date(2027, 1, 1), date(2027, 12, 31)) == 0


def test_without_an_amount_it_is_nothing():
    assert given_in(gift(None, date(2026, 7, 1)), date(2026, 1, 1), date(2026, 12, 31)) == 0


def test_years_go_back_to_the_first_gift():
    gifts = [gift(Decimal(1), date(2024, 5, 1)), gift(None, date(2015, 5, 1))]
    assert years_of(gifts, date(2026, 11, 22)) == [2026, 2025, 2024]
    assert years_of([], date(2026, 11, 22)) == [2026]
