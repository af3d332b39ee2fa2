"""The pictures that the documentation shows."""

import re
from pathlib import Path

FOLDER = Path("docs/images")


def documented() -> set[str]:
    """The names of the files in `docs/images` that README and the documents show or link to."""
    documents = [Path("README.md"), *Path("docs").glob("*.md")]
    return {name for document in documents for name in re.findall(r"images/([\w.-]+\.png)", document.read_text())}
