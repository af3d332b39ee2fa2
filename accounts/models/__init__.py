"""The models of accounts, by theme: shapes and invariants, no rules."""

from accounts.browsers import Browser
from accounts.models.account import (
    CANNOT_SIGN_IN,
    LISTED,
    NO_PASSWORD,
    Account,
    AccountManager,
    Audience,
    Contact,
    Gender,
    Verification,
)
from accounts.models.badges import BadgeRequest, private_storage
from accounts.models.joining import Application, Document, Invite, MailDomain, Rule
from accounts.models.letters import Letter
from accounts.models.phones import Device, Platform, Session
from accounts.models.second_factors import RecoveryCode, SecondFactor
from accounts.models.sign_ins import FamiliarAddress, Identity, Provider
from accounts.searching import SearchText

__all__ = [
    "CANNOT_SIGN_IN",
    "LISTED",
    "NO_PASSWORD",
    "Account",
    "AccountManager",
    "Application",
    "Audience",
    "BadgeRequest",
    "Browser",
    "Contact",
    "Device",
    "Document",
    "FamiliarAddress",
    "Gender",
    "Identity",
    "Invite",
    "Letter",
    "MailDomain",
    "Platform",
    "Provider",
    "RecoveryCode",
    "Rule",
    "SearchText",
    "SecondFactor",
    "Session",
    "Verification",
    "private_storage",
]
