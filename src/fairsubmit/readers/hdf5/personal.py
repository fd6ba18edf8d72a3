"""Names of people in headers: noticed, never repeated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["personal_data"]

# The home folder of somebody, on Windows, macOS and Linux.
_HOME = re.compile(
    r"(?:[A-Za-z]:[\\/](?:Users|Documents and Settings)|/Users|/home)[\\/][^\\/]"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_NAMES = re.compile(
    r"(?:user|operator|author|experimenter)(?:_?name)?|e-?mail", re.IGNORECASE
)


def personal_data(attributes: Iterable[tuple[str, str]]) -> list[Problem]:
    """Return a problem for each field that names a person.

    Parameters
    ----------
    attributes
        Place and text of the fields, the place ending with the field's name.
    """
    found = []
    for place, text in attributes:
        key = re.split(r"[@/]", place)[-1]
        names = bool(_NAMES.fullmatch(key)) and bool(text.strip())
        if names or _HOME.search(text) or _EMAIL.search(text):
            message = f"{key} names a person or a person's folder"
            found.append(Problem("personal-data", message, place))
    return found
