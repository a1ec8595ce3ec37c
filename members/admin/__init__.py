"""The desk of the members' app, a module for each part."""

from . import companies, drives, mails, memberships, people, questions

__all__ = ["companies", "drives", "mails", "memberships", "people", "questions"]
