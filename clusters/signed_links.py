"""The links in mails by which people act without signing in: numbers that we signed, for one purpose and a time.

    turn_links = LinkSigner("meetings.turn", holds=timedelta(days=400), next_step="meetings:my-turns")

What a link may still do is decided by how the row stands that it names. One that has run out leads to `next_step`
(`clusters.caching.secret_address` shows the page).
"""

from datetime import timedelta

from django.core import signing


class RunOut(Exception):
    """A whole link of ours, but too old."""

    def __init__(self, signer: "LinkSigner"):
        super().__init__(signer.salt)
        self.holds, self.next_step = signer.holds, signer.next_step


class LinkSigner:
    def __init__(self, salt: str, *, holds: timedelta, next_step: str):
        """`next_step`: the name of the page where whoever may sign in goes on."""
        self.salt, self.holds, self.next_step = salt, holds, next_step

    def sign(self, *numbers: int) -> str:
        return self.signer.sign("-".join(str(number) for number in numbers))

    def numbers(self, token: str) -> list[int] | None:
        """Those of "12-3-45:moment:signature". None: not a whole link of ours. Raises RunOut."""
        try:
            return [int(part) for part in self.signer.unsign(token, max_age=self.holds).split("-")]
        except signing.SignatureExpired as error:
            raise RunOut(self) from error
        except (signing.BadSignature, ValueError):  # ValueError: signed, but without a moment
            return None

    @property
    def signer(self) -> signing.TimestampSigner:
        return signing.TimestampSigner(salt=self.salt)
