"""What stands in free text of headers that names a person: said, never repeated."""

from __future__ import annotations

import re

__all__ = ["names_a_user"]

# Home folders, as Windows, macOS and Linux call them.
_HOME = re.compile(
    r"(?:\\(?:Users|Documents and Settings)\\|/home/|/Users/)\w", re.IGNORECASE
)


def names_a_user(text: str) -> bool:
    """Whether a text holds the path of somebody's home folder."""
    return _HOME.search(text) is not None
