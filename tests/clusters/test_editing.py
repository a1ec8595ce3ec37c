import pytest
from django.http import QueryDict

from clusters.editing import SameTimeForm
from members.models import Company
from tests import factories

pytestmark = pytest.mark.django_db


class FirmForm(SameTimeForm):
    class Meta:
        model = Company
        fields = ["name", "summary", "about", "size"]


@pytest.fixture
def firm():
    return factories.CompanyFactory(name="Bay", summary="Software.", about="One\nTwo", size="1")


def sent(opened: FirmForm, **typed) -> QueryDict:
    """What a browser sends of a form that was opened, with what was typed; it writes CR LF."""
    data = QueryDict(mutable=True)
    for name in opened.fields:
        value = str(typed.get(name, opened[name].value() or ""))
        data[name] = value if name == "seen" else value.replace("\n", "\r\n")
    return data


def saved(company, data) -> FirmForm:
    form = FirmForm(data, instance=Company.objects.get(pk=company.pk))
    if form.is_valid():
        form.save()
    company.refresh_from_db()
    return form


def test_two_who_change_different_fields_both_keep_theirs(firm):
    mine, yours = FirmForm(instance=firm), FirmForm(instance=firm)
    saved(firm, sent(mine, about="New words", size="2-9"))
    form = saved(firm, sent(yours, summary="Robots."))
    assert (firm.about, firm.size, firm.summary) == ("New words", "2-9", "Robots.")
    assert form.taken_over == ["About", "Size"]


def test_of_two_who_change_one_field_the_second_is_told_and_keeps_what_was_typed(firm):
    mine, yours = FirmForm(instance=firm), FirmForm(instance=firm)
    saved(firm, sent(mine, summary="Robots & maps."))
    form = saved(firm, sent(yours, summary="Lamps.", about="More"))
    assert (firm.summary, firm.about) == ("Robots & maps.", "One\nTwo")
    assert "It is now: “Robots & maps.”" in form.errors["summary"][0]
    assert form["summary"].value() == "Lamps." and form["about"].value() == "More"
    again = saved(firm, sent(form))
    assert again.is_valid()
    assert (firm.summary, firm.about) == ("Lamps.", "More")


def test_a_choice_is_told_in_words(firm):
    mine, yours = FirmForm(instance=firm), FirmForm(instance=firm)
    saved(firm, sent(mine, size="2-9"))
    form = saved(firm, sent(yours, size="250+"))
    assert "It is now: “2 to 9 people”" in form.errors["size"][0]


def test_both_wrote_the_same(firm):
    mine, yours = FirmForm(instance=firm), FirmForm(instance=firm)
    saved(firm, sent(mine, summary="Robots."))
    assert saved(firm, sent(yours, summary="Robots.")).is_valid()


def test_one_alone_notices_nothing(firm):
    form = saved(firm, sent(FirmForm(instance=firm), summary="Robots."))
    assert form.is_valid() and not form.taken_over
    assert firm.about == "One\nTwo"


def test_an_empty_line_more_is_a_change(firm):
    saved(firm, sent(FirmForm(instance=firm), about="One\n\nTwo"))
    assert firm.about.replace("\r", "") == "One\n\nTwo"


@pytest.mark.parametrize("seen", ["", "x", "[1]", "{", '{"summary": 3}', "[" * 5000, "\x00"])
def test_a_forged_print_harms_nobody(firm, seen):
    data = sent(FirmForm(instance=firm), summary="Robots.")
    data["seen"] = seen
    FirmForm(data, instance=firm).is_valid()
