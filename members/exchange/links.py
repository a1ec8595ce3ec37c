"""The signed links in mails about introductions: they say whose link it is; how the introduction stands says what
its owner may do with it."""

from datetime import timedelta

from django.urls import reverse

from clusters.signed_links import LinkSigner
from members.models import Introduction, User

introduction_links = LinkSigner(
    "members.introduction", holds=timedelta(days=90), next_step="members:introduction-list"
)


def introduction_token(introduction: Introduction, user: User) -> str:
    return introduction_links.sign(introduction.pk, user.pk)


def introduction_path(introduction: Introduction, user: User) -> str:
    return reverse("members:introduction-link", args=[introduction_token(introduction, user)])


def read_introduction_token(token: str) -> tuple[Introduction, User] | None:
    """None: not a whole link of ours, or the person is gone."""
    numbers = introduction_links.numbers(token)
    if numbers is None:
        return None
    rows = Introduction.objects.select_related(
        "asker", "asked", "asked_by", "decided_by", "opportunity", "cluster__association"
    )
    introduction = rows.filter(pk=numbers[0]).first()
    user = User.objects.filter(pk=numbers[1], is_active=True).first()
    return (introduction, user) if introduction and user else None
