"""The signed links to the page where slides are handed in: who may do so without signing in.

What a link may still do is decided by how the presentation stands when it is opened.
"""

from datetime import timedelta

from django.urls import reverse

from clusters.signed_links import LinkSigner
from meetings.models import Presentation
from members.models import User

# The last mail that asks for slides goes out ten days after the meeting.
slides_links = LinkSigner("meetings.slides", holds=timedelta(days=90), next_step="members:me")


def slides_token(presentation: Presentation, user: User) -> str:
    return slides_links.sign(presentation.pk, user.pk)


def slides_path(presentation: Presentation, user: User) -> str:
    return reverse("meetings:slides", args=[slides_token(presentation, user)])


def read_slides_token(token: str) -> tuple[Presentation, User] | None:
    """Which presentation, and whose link it is. None: not a whole link of ours, or one of the two is gone."""
    numbers = slides_links.numbers(token)
    if numbers is None:
        return None
    rows = Presentation.objects.select_related("company", "presenter", "meeting__cluster__association")
    presentation = rows.select_related("meeting__association").filter(pk=numbers[0]).first()
    user = User.objects.filter(pk=numbers[1]).first()
    return (presentation, user) if presentation and user else None
