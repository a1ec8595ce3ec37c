"""The square code by which somebody is found on the list at the door."""

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from meetings.models import Registration
from members.outbox import absolute


def door_url(answer: Registration) -> str:
    """Where a phone's camera leads who keeps the list: others who open it are asked to sign in, or refused."""
    path = f"{reverse('meetings:check-in', args=[answer.meeting_id])}?code={answer.code}"
    return absolute(path, answer.meeting.in_association)


def qr_code(answer: Registration) -> SafeString:
    """As SVG without inline style, dark on white also at night, since cameras want it so."""
    drawn = segno.make(door_url(answer), error="m").svg_inline(
        scale=6, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True, unit=None
    )
    label = _("Code %(code)s") % {"code": answer.code}
    return mark_safe(drawn.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))  # noqa: S308 - ours
