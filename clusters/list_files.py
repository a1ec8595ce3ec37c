"""A list of the desk as a file: the columns that the list shows, of the chosen rows, and a line in the trail."""

from datetime import date, datetime

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clusters import present, trail
from clusters.models import Association, Cluster
from clusters.spreadsheets import streamed_csv

AT_ONCE = 500  # rows in memory


def list_file(desk, request, rows: models.QuerySet) -> StreamingHttpResponse:
    """`desk` is the ModelAdmin whose list it is."""
    columns = list(desk.get_list_display(request))
    names = str(desk.opts.verbose_name_plural)
    leave_lines(request.user, f"{names.capitalize()}: {rows.count():,}")
    head = [str(label_for_field(column, desk.model, desk)).capitalize() for column in columns]
    lines = ([text_of(desk, column, row) for column in columns] for row in rows.iterator(chunk_size=AT_ONCE))
    return streamed_csv(f"{names.replace(' ', '-')}-{present.today()}", head, lines)


def leave_lines(user, note: str) -> None:
    """Where the person's rows are from: associations they look after as a whole, and single clusters of others."""
    associations = Association.objects.managed_by(user)
    clusters = Cluster.objects.managed_by(user).exclude(association__in=associations)
    verb = "downloaded a list of"
    trail.record_many(
        [trail.line(user, verb, one, association=one, note=note) for one in associations]
        + [trail.line(user, verb, one, cluster=one, note=note) for one in clusters]
    )


def text_of(desk, column: str, row: models.Model) -> str:
    """What the list shows of the row in the column, as a spreadsheet reads it best."""
    try:
        field, _, value = lookup_field(column, row, desk)
    except ObjectDoesNotExist:
        return ""
    if field is not None and getattr(field, "flatchoices", None):
        return str(dict(field.flatchoices).get(value, value))
    return plain(value)


def plain(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return strip_tags(value) if isinstance(value, SafeString) else str(value)
