"""The mails about slides: to who spoke, and to the coordinators."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters.languages import in_site_language
from meetings.models import Presentation
from meetings.slides.links import slides_path
from members import outbox
from members.memberships import coordinators_of
from members.models import User


@in_site_language()
def send_wanted(presentation: Presentation, people: Iterable[User]) -> None:
    """Ask for the slides, for the first, second or last time."""
    subject = (
        _("Your slides of %(day)s") % {"day": _day(presentation)}
        if presentation.asked > 1
        else _("Thank you for speaking")
    )
    _send(presentation, people, "slides_wanted", subject, key=str(presentation.asked))


@in_site_language()
def send_given_back(presentation: Presentation, people: Iterable[User]) -> None:
    key = f"{presentation.submitted_at:%Y%m%d%H%M%S%f}"
    _send(
        presentation,
        people,
        "slides_given_back",
        _("A change to your slides: %(title)s") % {"title": presentation.title},
        key=key,
    )


@in_site_language()
def send_submitted(presentation: Presentation) -> None:
    """The coordinators have something to look at."""
    meeting = presentation.meeting
    path = reverse("admin:meetings_presentation_change", args=[presentation.pk])
    people = coordinators_of(meeting.cluster) if meeting.cluster else []
    key = f"{presentation.submitted_at:%Y%m%d%H%M%S%f}"
    subject = _("Slides to look at: %(title)s") % {"title": presentation.title}
    _send(presentation, people, "slides_submitted", subject, key=key, path=path)


def _day(presentation: Presentation) -> str:
    day = presentation.meeting.day
    return date_format(day, "MONTH_DAY_FORMAT")


def _send(
    presentation: Presentation,
    people: Iterable[User],
    template: str,
    subject: str,
    *,
    key: str,
    path: str = "",
) -> None:
    meeting = presentation.meeting
    with timezone.override(meeting.zone):
        for person in people:
            link = outbox.absolute(path or slides_path(presentation, person), meeting.in_association)
            outbox.queue(
                key=f"{template}:{presentation.pk}:{key}:{person.pk}",
                kind=template.replace("_", "-"),
                to=person,
                subject=subject,
                template=template,
                context={"person": person, "presentation": presentation, "meeting": meeting, "link": link},
                cluster=meeting.cluster,
                association=meeting.association,
            )
