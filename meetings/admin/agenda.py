"""The agenda inside its meeting's page of the desk."""

from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import RowRange, Sum, Window
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.dates import clock
from clusters.models import Cluster, Topic
from clusters.scoping import ScopedStackedInline
from meetings.forms import AgendaFormSet, AgendaItemForm
from meetings.models import AgendaItem, Meeting
from meetings.turns.duties import members_of
from members.models import Representative, User

WITH_MEETING = ["meeting__cluster__association", "meeting__association"]


class AgendaInline(ScopedStackedInline):
    model = AgendaItem
    form = AgendaItemForm
    formset = AgendaFormSet
    verbose_name = _("item")
    verbose_name_plural = _("Agenda")
    fields = [
        ("starts", "position", "minutes", "kind", "topic"),
        ("title", "summary"),
        ("company", "presenter", "presenter_name"),
        "seen",
    ]
    readonly_fields = ["starts"]
    show_change_link = False

    class Media:
        css = {"all": ["admin/agenda.css"]}

    def get_fields(self, request, obj=None):
        """What was left unfinished is known when the meeting is over."""
        is_over = obj is not None and obj.ends_at <= present.now()
        return [*self.fields, "unfinished"] if is_over else self.fields

    def get_extra(self, request, obj=None, **kwargs):
        """Two empty rows, so that no script is needed to add an item. A new meeting gets the standard agenda."""
        return 2 if obj else 0

    def get_queryset(self, request):
        so_far = Window(
            Sum("minutes"),
            partition_by="meeting",
            order_by=["position", "pk"],
            frame=RowRange(end=-1),
        )
        return super().get_queryset(request).select_related(*WITH_MEETING).annotate(minutes_before=so_far)

    @admin.display(description=_("starts"))
    def starts(self, item):
        """As last saved: it follows from the order and the minutes."""
        if not item.pk:
            return ""
        start = item.meeting.starts_at + timedelta(minutes=item.minutes_before or 0)
        return clock(start.astimezone(item.meeting.zone))

    def get_formset(self, request, obj=None, **kwargs):
        """Whose choices depend on the meeting."""
        request.__dict__["agenda_of"] = obj
        return super().get_formset(request, obj, **kwargs)

    def choices_for(self, db_field, request):
        """The topics, firms and people of the clusters the meeting is for, and what the agenda names already."""
        meeting = request.__dict__["agenda_of"]
        clusters = self.clusters(request.user, meeting)
        firms = members_of(clusters)
        people = Representative.objects.active().filter(company__in=firms)
        offered = {
            "topic": Topic.objects.filter(cluster__in=clusters),
            "company": firms,
            "presenter": User.objects.filter(pk__in=people.values("user")),
        }
        if db_field.name not in offered:
            return super().choices_for(db_field, request)
        rows = offered[db_field.name]
        if meeting is None:
            return rows
        named = AgendaItem.objects.filter(meeting=meeting).order_by().values(db_field.name)
        return rows.model.objects.filter(pk__in=rows.order_by().values("pk").union(named))

    def clusters(self, user, meeting: Meeting | None):
        if meeting and meeting.cluster_id:
            return [meeting.cluster_id]
        managed = Cluster.objects.managed_by(user)
        return managed.filter(association=meeting.association_id) if meeting else managed

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Without the buttons that open other pages of the desk from each row."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class NewAgendaInline(AgendaInline):
    verbose_name_plural = _("Agenda: left empty, a cluster meeting gets the usual one")
