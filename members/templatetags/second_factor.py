from django import template

from members import second_factor

register = template.Library()


@register.simple_tag
def second_factor_by(user):
    """The day by which this officer has to have set up two-step sign-in, or None."""
    return second_factor.wanted_by(user)
