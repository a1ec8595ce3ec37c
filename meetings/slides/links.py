"""The signed links to the page where slides are handed in: who may do so without signing in.

A link has no end of its own; what it may still do is decided by how the presentation stands when it is opened.
"""

from django.core import signing
from django.urls import reverse

from meetings.models import Presentation
from members.models import User

slides_signer = signing.Signer(salt="meetings.slides")


def slides_token(presentation: Presentation, user: User) -> str:
    return slides_signer.sign(f"{presentation.pk}-{user.pk}")


def slides_path(presentation: Presentation, user: User) -> str:
    return reverse("meetings:slides", args=[slides_token(presentation, user)])


def read_slides_token(token: str) -> tuple[Presentation, User] | None:
    """Which presentation, and whose link it is. None: not a whole link of ours, or one of the two is gone."""
    try:
        presentation_pk, user_pk = slides_signer.unsign(token).split("-")
    except signing.BadSignature:
        return None
    rows = Presentation.objects.select_related("company", "presenter", "meeting__cluster__association")
    presentation = rows.select_related("meeting__association").filter(pk=presentation_pk).first()
    user = User.objects.filter(pk=user_pk).first()
    return (presentation, user) if presentation and user else None
