"""The test that a dump is complete: each program ends its dumps in its own way."""

import re

from compat_twittner.colibri.source import DumpError

_SAVED = re.compile(r"@OLD_(\w+)\s*=\s*@@", re.IGNORECASE)
_RESTORED = re.compile(r"=\s*@OLD_(\w+)", re.IGNORECASE)
_LOCKS = re.compile(r"LOCK\s+TABLES?\b", re.IGNORECASE)
_UNLOCKS = re.compile(r"UNLOCK\s+TABLES?\b", re.IGNORECASE)
_BEGINS = re.compile(r"(?:START\s+TRANSACTION|BEGIN|SET\s+AUTOCOMMIT\s*=\s*0)\b", re.IGNORECASE)
_COMMITS = re.compile(r"COMMIT\b", re.IGNORECASE)
# Navicat 12 and later spell it with blanks, and take it back; earlier ones, like other programs, do not.
_CHECKS_OFF = re.compile(r"SET FOREIGN_KEY_CHECKS = 0")
_CHECKS_ON = re.compile(r"SET FOREIGN_KEY_CHECKS = 1")

# How the first comment names the program, and how the last comment of its dumps begins.
PROGRAMS = (
    (re.compile(r"-- (?:MySQL|MariaDB) dump"), re.compile(r"-- Dump completed")),
    (re.compile(r"-- .*MySQL Dump Utility"), re.compile(r"-- THE END")),  # ColibriSM's own backup
    (re.compile(r"-- Adminer .*dump"), re.compile(r"-- \d{4}-\d\d-\d\d \d\d:\d\d")),
)


class Ending:
    """Hears of all comments and statements but those with rows, and knows at the end whether something is missing."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self._last: re.Pattern[str] | None = None
        self._is_last = False
        self.has_mark = False  # whether something in this dump shows that it is complete

    def comment(self, text: str) -> None:
        if text.startswith("/*"):
            self.statement(text.lstrip("/*!M0123456789 "))
            return
        self._is_last = self._last is not None and bool(self._last.match(text))
        for first, last in PROGRAMS:
            if first.match(text):
                self._last, self.has_mark = last, True

    def statement(self, text: str) -> None:
        self._is_last = False
        saved = {f"@OLD_{name.upper()}" for name in _SAVED.findall(text)}
        self._open |= saved
        self._open -= {f"@OLD_{name.upper()}" for name in _RESTORED.findall(text)} - saved
        for begins, ends, name in (
            (_LOCKS, _UNLOCKS, "UNLOCK TABLES"),
            (_BEGINS, _COMMITS, "COMMIT"),
            (_CHECKS_OFF, _CHECKS_ON, "SET FOREIGN_KEY_CHECKS = 1"),
        ):
            if begins.match(text):
                self._open.add(name)
            elif ends.match(text):
                self._open.discard(name)
        self.has_mark = self.has_mark or bool(self._open)

    def check(self) -> None:
        """:raises DumpError: when the end of the dump is missing."""
        if self._open or (self._last and not self._is_last):
            missing = "its last comment" if not self._open else min(self._open)
            raise DumpError(f"The file is not complete: {missing} is missing at its end.")
