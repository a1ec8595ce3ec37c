"""What waits between one's own firm and others."""

from django import template
from django.db.models import Q

from members.models import Company, Introduction

register = template.Library()


@register.simple_tag
def own_firms(user) -> list[Company]:
    """The member firms that a person can ask for."""
    return list(Company.objects.represented_by(user).listed())


@register.simple_tag
def live_introduction(user, firms: list[Company], other: Company) -> Introduction | None:
    """The one that the person's firms and the other have with each other, as far as the person sees it."""
    between = Q(asker__in=firms, asked=other) | Q(asker=other, asked__in=firms)
    return Introduction.objects.visible_to(user).live().filter(between).first()
