"""The desk of the members' app, a module for each part."""

from . import companies, drives, mails, memberships, people

__all__ = ["companies", "drives", "mails", "memberships", "people"]
