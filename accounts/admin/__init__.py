"""Accounts in the admin, with their sessions and their requests for the verified badge."""

from accounts.admin import accounts, badges, sessions

__all__ = ["accounts", "badges", "sessions"]
