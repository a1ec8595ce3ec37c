"""What the links in mails by which people act without signing in have in common: they are numbers that we signed."""

from django.core import signing


def numbers_of(signer: signing.Signer, token: str) -> list[int] | None:
    """The numbers of "12-3-45:signature". None: not a whole link of ours."""
    try:
        return [int(part) for part in signer.unsign(token).split("-")]
    except signing.BadSignature:
        return None
