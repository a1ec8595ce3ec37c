from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from members.pace import pace_of

START, END = date(2026, 4, 1), date(2027, 3, 31)


def test_half_way_with_half_of_it_is_on_pace():
    pace = pace_of(250, 125, START, END, date(2026, 9, 30))
    assert (pace.expected, pace.ahead, pace.to_go, pace.months_left) == (125, 0, 125, 6)
    assert pace.needed == 21


def test_before_the_start_nothing_is_expected():
    pace = pace_of(250, 0, START, END, START - timedelta(days=40))
    assert (pace.expected, pace.ahead, pace.days_left) == (0, 0, 365)


def test_after_the_end_all_is_expected():
    pace = pace_of(250, 200, START, END, END + timedelta(days=9))
    assert (pace.expected, pace.behind, pace.days_left, pace.to_go) == (250, 50, 0, 50)


def test_beyond_the_target_nothing_is_needed():
    pace = pace_of(10, 14, START, END, date(2026, 6, 1))
    assert (pace.to_go, pace.needed) == (0, 0)
    assert pace.ahead > 0


@given(
    number=st.integers(1, 5000),
    reached=st.integers(0, 6000),
    length=st.integers(1, 900),
    day=st.integers(-50, 1000),
)
def test_what_is_needed_reaches_the_target(number, reached, length, day):
    end = START + timedelta(days=length)
    pace = pace_of(number, reached, START, end, START + timedelta(days=day))
    assert 0 <= pace.expected <= number
    assert pace.expected + pace.ahead == reached
    if pace.days_left:
        assert reached + pace.needed * max(pace.days_left / 30.4375, 1) >= number - 1e-6
