"""Who has had the chair in this round, and who sits where."""

from types import SimpleNamespace

from clusters.rounds import MOST_SEATS, round_of


def members(*turns):
    return [SimpleNamespace(pk=pk, company_id=pk, turns=number) for pk, number in enumerate(turns)]


def test_the_next_chair_sits_at_the_top_and_those_who_had_their_turn_at_the_end():
    table = round_of(members(1, 0, 1, 0), chair_id=3, host_id=0)
    assert (table.chair, table.host, table.seats) == (0, 2, 4)
    assert table.had == {2, 3}


def test_a_round_is_over_when_everybody_has_had_the_same_number_of_turns():
    assert round_of(members(2, 2, 2), None, None).had == frozenset()


def test_a_new_firm_has_its_turn_still_to_come():
    assert len(round_of(members(2, 1, 0), None, None).had) == 2


def test_a_chair_who_is_no_member_has_no_seat():
    table = round_of(members(0, 0), chair_id=7, host_id=8)
    assert (table.chair, table.host) == (None, None)


def test_only_a_table_of_a_size_to_see_is_drawn():
    drawn = [
        seats
        for seats in (0, 1, 2, MOST_SEATS, MOST_SEATS + 1)
        if round_of(members(*[0] * seats), None, None).can_be_drawn
    ]
    assert drawn == [2, MOST_SEATS]
