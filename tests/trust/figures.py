"""What a story measured, for the table of docs/trust.md."""

from collections.abc import Callable

Figure = Callable[[str], None]
