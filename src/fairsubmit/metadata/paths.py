"""Which paths an archive takes. Pure; linter and archives ask the same function."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["MAX_PATH_BYTES", "path_problem", "refused_characters", "spelled_out"]

# BioStudies FileSourcesList.kt, as one expression:
# ^(?!\./)(?!.*/$)(?!.*\.\./)[0-9A-Za-z!\-_*'(). /]+$
_ALLOWED = re.compile(r"[0-9A-Za-z!\-_*'(). /]")
_WHOLE = re.compile(r"(?!\./)(?!.*/\Z)(?!.*\.\./)[0-9A-Za-z!\-_*'(). /]+")
# What a table without quoting or UTF-8 itself cannot hold.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# S3 object key guidelines (the rule above follows them): at most 1,024 bytes.
MAX_PATH_BYTES = 1024


def refused_characters(path: str) -> tuple[str, ...]:
    """Return the characters that BioStudies refuses in a path, each once, in order."""
    return tuple(dict.fromkeys(char for char in path if not _ALLOWED.match(char)))


def path_problem(path: str) -> str | None:
    """Say why BioStudies would refuse a path, or ``None`` if it takes it.

    Parameters
    ----------
    path
        POSIX path as it stands in a file list.

    Returns
    -------
    str or None
        The end of the sentence "the path …".
    """
    if _WHOLE.fullmatch(path):
        return None
    if not path:
        return "is empty"
    if refused := refused_characters(path):
        shown = " ".join(_named(char) for char in refused)
        return f"has characters that the archive refuses: {shown}"
    if path.startswith("./"):
        return "begins with ./"
    if path.endswith("/"):
        return "ends with a slash"
    return "has two dots before a slash"


def spelled_out(path: str) -> str:
    """Return a path with the characters that no file list can hold as escapes."""
    return _UNWRITABLE.sub(
        lambda found: found[0].encode("unicode_escape").decode("ascii"), path
    )


def _named(char: str) -> str:
    shown = (
        char.isprintable() and not char.isspace() and not unicodedata.combining(char)
    )
    return char if shown else f"U+{ord(char):04X}"
