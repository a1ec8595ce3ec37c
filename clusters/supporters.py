"""A supporter's logo, and supporters that support nobody any more."""

from clusters.images import Sizes
from clusters.models import Supporter, SupporterLogo


def put_logo(supporter: Supporter, sizes: Sizes | None, *, without: bool = False) -> None:
    """A new logo takes the place of the old one; `without` takes it away."""
    if not (sizes or without):
        return
    for old in SupporterLogo.objects.filter(supporter=supporter):
        old.delete()
    if sizes:
        SupporterLogo(supporter=supporter).store(sizes)


def forget_if_idle(supporter: Supporter) -> None:
    """So that nobody finds the name taken by a row that nobody sees."""
    if not supporter.supports.exists():
        put_logo(supporter, None, without=True)
        Supporter.objects.filter(pk=supporter.pk).delete()
