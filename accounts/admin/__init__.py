"""Accounts in the admin, with their sessions, their requests for the verified badge, and how people join."""

from accounts.admin import accounts, badges, joining, sessions

__all__ = ["accounts", "badges", "joining", "sessions"]
