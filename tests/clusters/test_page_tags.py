"""Small things that pages say."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.templatetags.pages import days_ahead, in_words, initials, linked_data, lower_first


@pytest.mark.parametrize(
    ("days", "words"), [(-1, ""), (0, "today"), (1, "tomorrow"), (2, "in 2 days"), (30, "in 30 days")]
)
def test_days_ahead_are_days_of_the_calendar(days, words):
    noon = timezone.localtime().replace(hour=12)
    assert days_ahead((noon + timedelta(days=days)).date()) == words


@pytest.mark.parametrize(
    ("number", "words"), [(0, "no"), (1, "one"), (12, "twelve"), (13, "13"), (1234, "1,234")]
)
def test_small_numbers_are_words(number, words):
    assert in_words(number) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ruth Ackroyd", "RA"), ("Geoff van der Palm", "GP"), ("Cher", "C"), ("", ""), ("(x) Éva", "É")],
)
def test_initials_are_of_the_first_and_the_last_name(name, letters):
    assert initials(name) == letters


def test_a_phrase_keeps_its_names_inside_a_sentence():
    assert lower_first("Every month, third Thursday") == "every month, third Thursday"


def test_linked_data_cannot_end_its_script():
    assert linked_data({"name": "</script><b>&"}) == (
        '<script type="application/ld+json">{"name":"\\u003C/script\\u003E\\u003Cb\\u003E\\u0026"}</script>'
    )
