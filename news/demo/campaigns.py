"""A drive that is over, with the figures written down at its end, and a neighbour that a member brought."""

from dateutil.relativedelta import relativedelta

from members import drives, referrals
from members.models import Drive, Referral, Target, User
from news.demo.stage import Stage, member_since


def load(stage: Stage) -> None:
    stage.progress("campaigns")
    _closed_drive(stage)
    _neighbour(stage)


def _closed_drive(stage: Stage) -> None:
    """Twelve whole months, over for a month or two."""
    start = stage.today + relativedelta(months=-14, day=1)
    drive = Drive.objects.create(
        association=stage.associations["lcict"],
        name="A neighbour for every firm",
        slug="a-neighbour-for-every-firm",
        summary="A year in which members asked the firm next door along.",
        start=start,
        end=start + relativedelta(months=12, days=-1),
    )
    Target.objects.create(drive=drive, kind=Target.Kind.NEW_MEMBERS, number=40)
    drives.close(drive, by=stage.officers["lcict"], now=stage.now)


def _neighbour(stage: Stage) -> None:
    """The newest member of Lancaster came by the link of the firm that the demo's reader signs in for."""
    ellen = User.objects.get(email="ellen.thwaite@lune-valley-systems.example")
    members = [one for one in stage.memberships["lancaster"] if one.state == one.State.ACTIVE]
    newest = max(members, key=member_since)
    Referral.objects.create(
        company=newest.company,
        referrer=referrals.link_of(ellen).user,
        made_at=newest.applied_at,
        thanked_at=newest.joined_at,
    )
