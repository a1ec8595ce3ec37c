"""The list of a page of the desk, with rows written by `clusters.desk_rows`."""

from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.views.main import ChangeList

from clusters.desk_rows import rows_of

register = template.Library()


@register.inclusion_tag("admin/change_list_results.html")
def written_list(cl: ChangeList) -> dict[str, Any]:
    headers = list(result_headers(cl))
    return {
        "result_headers": headers,
        "num_sorted_fields": sum(header["sortable"] and header["sorted"] for header in headers),
        "rows": list(rows_of(cl)),
    }
