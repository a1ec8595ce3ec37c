"""The signed links in mails about turns and swaps: who may answer for which one, without signing in.

A link is used up by the first step it leads to: it carries the version of the turn, which rises with each step.
What an old one may still do is decided by how the turn stands when it is opened; turns are asked for at most a year
ahead.
"""

from datetime import timedelta

from clusters.signed_links import LinkSigner
from meetings.models import Duty, SwapRequest
from members.models import Company, User

A_YEAR_AHEAD = timedelta(days=400)

turn_links = LinkSigner("meetings.turn", holds=A_YEAR_AHEAD, next_step="meetings:my-turns")
swap_links = LinkSigner("meetings.swap", holds=A_YEAR_AHEAD, next_step="meetings:my-turns")


def turn_token(duty: Duty, user: User) -> str:
    return turn_links.sign(duty.pk, duty.version, user.pk)


def read_turn_token(token: str) -> tuple[Duty, int, User] | None:
    """The turn, the version it had when the link was made, and whose link it is. None: not a whole link of ours."""
    numbers = turn_links.numbers(token)
    if numbers is None:
        return None
    duties = Duty.objects.select_related("company", "meeting__cluster__association", "meeting__association")
    duty = duties.select_related("meeting__venue").filter(pk=numbers[0]).first()
    user = User.objects.filter(pk=numbers[2]).first()
    return (duty, numbers[1], user) if duty and user else None


def swap_token(request: SwapRequest, company: Company, user: User) -> str:
    return swap_links.sign(request.pk, company.pk, user.pk)


def read_swap_token(token: str) -> tuple[SwapRequest, Company, User] | None:
    """The swap, the firm that is asked, and whose link it is. None: not a whole link of ours."""
    numbers = swap_links.numbers(token)
    if numbers is None:
        return None
    swaps = SwapRequest.objects.select_related("duty__company", "duty__meeting__cluster__association")
    swap = swaps.select_related("duty__meeting__association").filter(pk=numbers[0]).first()
    company = Company.objects.filter(pk=numbers[1]).first()
    user = User.objects.filter(pk=numbers[2]).first()
    return (swap, company, user) if swap and company and user else None
