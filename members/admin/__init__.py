"""The desk of the members' app, a module for each part."""

from . import (
    companies,
    drives,
    exchange,
    exports,
    imports,
    interests,
    mails,
    memberships,
    people,
    questions,
    trail,
)

__all__ = [
    "companies",
    "drives",
    "exchange",
    "exports",
    "imports",
    "interests",
    "mails",
    "memberships",
    "people",
    "questions",
    "trail",
]
