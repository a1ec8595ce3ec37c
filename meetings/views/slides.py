"""The page behind the signed link in mails about slides, where they are handed in. Looking changes nothing."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clusters.brands import wear
from clusters.caching import secret_address
from clusters.errors import Refused
from meetings.models import Presentation
from meetings.slides import presentations
from meetings.slides.forms import SlidesForm
from meetings.slides.links import read_slides_token, slides_path
from members.models import User


@dataclass(frozen=True)
class SlidesLink:
    token: str
    presentation: Presentation | None = None
    user: User | None = None
    why_not: str = ""

    @property
    def is_open(self) -> bool:
        return not self.why_not and self.presentation.state in presentations.TO_HAND_IN


def open_slides_link(request, token: str) -> SlidesLink:
    found = read_slides_token(token)
    if found is None:
        return SlidesLink(token, why_not="broken")
    presentation, user = found
    if request.user.is_authenticated and request.user != user:
        return SlidesLink(token, presentation, user, "somebody-else")
    is_theirs = user in presentations.may_hand_in(presentation)
    return SlidesLink(token, presentation, user, "" if is_theirs else "not-acting")


@require_safe
def my_slides(request, pk: int):
    """From my page to the same page as the mail's link leads to."""
    awaited = Presentation.objects.awaited_from(request.user)
    presentation = get_object_or_404(awaited, pk=pk)
    return redirect(slides_path(presentation, request.user))


@secret_address
@require_safe
def slides(request, token: str):
    return slides_page(request, open_slides_link(request, token))


@secret_address
@require_POST
def slides_hand_in(request, token: str):
    link = open_slides_link(request, token)
    if not link.is_open:
        return slides_page(request, link)
    form = SlidesForm(request.POST, request.FILES, instance=link.presentation)
    if not form.is_valid():
        return slides_page(request, link, form=form)
    try:
        presentations.hand_in(link.presentation, by=link.user, form=form.format, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return slides_page(request, link, form=form)
    messages.success(
        request, _("Thank you. The coordinator looks at them, and then they are in the archive.")
    )
    return redirect("meetings:slides", token)


@secret_address
@require_POST
def slides_withdraw(request, token: str):
    """There are none, or they are no longer to be shown."""
    link = open_slides_link(request, token)
    if not link.why_not and link.presentation.state != Presentation.State.WITHDRAWN:
        presentations.withdraw(link.presentation, by=link.user)
    return redirect("meetings:slides", token)


def slides_page(request, link: SlidesLink, *, form: SlidesForm | None = None):
    if link.why_not:
        return render(request, "meetings/closed_link.html", {"why_not": link.why_not})
    presentation = link.presentation
    wear(request, presentation.meeting.in_association)
    with timezone.override(presentation.meeting.zone):
        context = {
            "link": link,
            "presentation": presentation,
            "meeting": presentation.meeting,
            "form": form or SlidesForm(instance=presentation),
        }
        return render(request, "meetings/archive/slides.html", context)
