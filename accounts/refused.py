"""The base class of all refusals of the domain.

Refusals are exception types beside the functions that raise them. Each API has a table of messages
(`compat_*/refusals.py`), and a test fails if a type is missing.
"""


class Refused(Exception):
    """The domain refused a call. Nothing was changed."""
