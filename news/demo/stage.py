"""What a load has put in so far, under the names the content uses."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from clusters.models import Association, Cluster, Topic
from meetings.models import Meeting
from members.models import Company, Membership, User
from news.demo.days import moment


def founded(cluster: Cluster) -> date:
    if cluster.founded is None:
        raise ValueError(f"content/clusters.txt does not say since when there is {cluster}")
    return cluster.founded


def member_since(membership: Membership) -> date:
    if membership.joined_at is None:
        raise ValueError(f"{membership} is no membership yet")
    return membership.joined_at.date()


@dataclass
class Stage:
    """`progress` is told the name of each step."""

    today: date
    progress: Callable[[str], None]
    associations: dict[str, Association] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    months: dict[str, str] = field(default_factory=dict)
    topics: dict[str, list[Topic]] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    people: dict[str, list[User]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)  # which cluster a firm calls its own
    officers: dict[str, User] = field(default_factory=dict)  # the first of each association and cluster
    memberships: dict[str, list[Membership]] = field(default_factory=dict)
    meetings: dict[str, list[Meeting]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """Noon of the day: the hour of the load must not change the content."""
        return moment(self.today, time(12))

    def random(self, name: str) -> random.Random:
        """Chance of its own for each part, so that a change in one leaves the others as they are."""
        return random.Random(f"local clusters {name}")

    def lead(self, company: Company) -> User:
        return self.people[company.name][0]
