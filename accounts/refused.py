"""The root of every refusal of the domain.

Refusals are types, defined beside the functions that raise them; how one sounds is each dialect's
table (`compat_*/refusals.py`), and a test fails when a table misses a type.
"""


class Refused(Exception):
    """The domain says no. Nothing was changed."""
