"""Any list of the desk as CSV: its columns, the chosen rows, and a line in the trail."""

import csv
import io

import pytest
from django.urls import reverse

from clusters.models import Act
from tests import factories

pytestmark = pytest.mark.django_db


def take(client, model, rows, **more):
    form = {"action": "as_csv", "_selected_action": [row.pk for row in rows], **more}
    answer = client.post(reverse(f"admin:{model}_changelist"), form)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_columns_of_the_list_and_no_formula(as_coordinator, lancaster):
    company = factories.MembershipFactory(
        cluster=lancaster, company__name="=1+1 Ltd", company__town="Lancaster", company__size="2-9"
    ).company
    factories.RepresentativeFactory(company=company, user__email="hidden@firm.example")
    head, line = take(as_coordinator, "members_company", [company])
    assert head[:4] == ["Name", "Town", "Size", "Legal form"]
    assert line[:3] == ["'=1+1 Ltd", "Lancaster", company.get_size_display()]
    assert "hidden@firm.example" not in str(line)


def test_all_rows_and_what_the_desk_draws_as_words(as_coordinator, lancaster, django_assert_max_num_queries):
    meetings = [factories.MeetingFactory(cluster=lancaster, title=f"Number {n}") for n in range(7)]
    with django_assert_max_num_queries(16):
        rows = take(as_coordinator, "meetings_meeting", meetings[:1], select_across="1")
    assert len(rows) == 1 + len(meetings)
    assert not any("<" in cell for row in rows for cell in row)


def test_it_leaves_a_line_where_the_rows_are_from(as_coordinator, coordinator, lancaster, firm):
    take(as_coordinator, "members_company", [firm])
    line = Act.objects.get(verb="downloaded a list of")
    assert (line.actor, line.cluster, line.subject) == (coordinator, lancaster, "Lancaster & Morecambe")
    assert line.note == "Companies: 1"
