import pytest

from clusters.spreadsheets import cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r@x", "＝1+1"])
def test_what_looks_like_a_formula_is_marked_as_text(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "text"), [("Ash & Son", "Ash & Son"), (None, ""), (12, "12"), ("a=b", "a=b")]
)
def test_the_rest_stays_as_it_is(value, text):
    assert cell(value) == text
