"""The desk of the members' app, a module for each part."""

from . import companies, drives, exports, imports, mails, memberships, people, questions

__all__ = ["companies", "drives", "exports", "imports", "mails", "memberships", "people", "questions"]
