"""How values are written in cells, so that they come back as they were.

A cell holds text as a person types it. What would not come back from that, such as an
empty text or blanks around a text, is written in JSON's quotes; and a text that stands
in such quotes is taken literally where it would have come back without them.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MAX_TEXT", "Kind", "decoded", "encoded", "escaped", "shown"]

# Excel specifications and limits: "Total number of characters that a cell can contain".
MAX_TEXT = 32_767
# Whole numbers below are shown by Excel with all their digits.
_EXACT = 1e15
_TERM = re.compile(r"^(?P<label>.*\S)\s*\[(?P<id>[^\[\]\s]+)\]$")
_TERM_IN_BRACKETS = re.compile(r"^(?P<label>.*\S)\s*\((?P<id>[A-Za-z]+[:_]\d+)\)$")
_BETWEEN_WORDS = re.compile(r"[;,]")
# ECMA-376 22.9.2.19 ST_Xstring: what XML cannot hold is written as _xHHHH_.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f]")
# Neither XML holds these nor, escaped, do readers of workbooks; line ends they change.
_ONLY_IN_QUOTES = re.compile("[\r\ufffe\uffff]")


class Kind(Enum):
    """What a column holds."""

    TEXT = auto()
    LINES = auto()
    WORDS = auto()
    TERM = auto()
    TERMS = auto()
    TERM_OR_TERMS = auto()
    ANY = auto()


def escaped(text: str) -> str:
    """Write a text as a workbook's XML holds it."""
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def shown(value: object) -> str:
    """Return a cell's value as the text a person sees.

    Parameters
    ----------
    value
        Text, a number, a boolean, a date or a time.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < _EXACT
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return text.strip("\ufeff")


def encoded(kind: Kind, value: object) -> str | None:
    """Write a value, or return ``None`` where its shape is not the column's.

    Parameters
    ----------
    kind
        What the column holds.
    value
        Text, list or mapping of the submission's tree.
    """
    return _ENCODERS[kind](value)


def decoded(kind: Kind, text: str) -> Any:  # noqa: ANN401 - any part of a tree
    """Read what a cell that is not blank says.

    Parameters
    ----------
    kind
        What the column holds.
    text
        The cell's text.
    """
    return _DECODERS[kind](text)


def _joined(value: object, write: Callable[[object], str | None]) -> str | None:
    if not isinstance(value, list) or not value:
        return None
    lines = [line for item in value if (line := write(item)) is not None]
    return "\n".join(lines) if len(lines) == len(value) else None


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _json(text: str, start: str) -> Any:  # noqa: ANN401 - any part of a tree
    """Return what a JSON text says, scalars as text; ``None`` where it is none."""
    text = text.strip()
    if not text.startswith(start):
        return None
    try:
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return _with_texts(found)


def _with_texts(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return {name: _with_texts(item) for name, item in value.items()}
    return [_with_texts(item) for item in value] if isinstance(value, list) else value


def _dumped(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _ONLY_IN_QUOTES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _is_holdable(text: str) -> bool:
    return bool(text.strip()) and _ONLY_IN_QUOTES.search(text) is None


# Text: blanks around it go, line ends at its end stay, as YAML's blocks have them.


def _tidy(text: str) -> str:
    core = text.strip().strip("\ufeff").strip()
    tail = text[len(text.rstrip()) :]
    return core + tail if set(tail) == {"\n"} else core


def _as_text(text: str) -> str:
    found = _json(text, '"')
    if isinstance(found, str) and _needs_quotes(found):
        return found
    return _tidy(text)


def _needs_quotes(value: str) -> bool:
    return not _is_holdable(value) or _as_text(value) != value


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return _dumped(value) if _needs_quotes(value) else value


# Lists: one item a line.


def _line_needs_quotes(value: str) -> bool:
    return "\n" in value or _needs_quotes(value)


def _line(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return _dumped(value) if _line_needs_quotes(value) else value


def _as_line(line: str) -> str:
    found = _json(line, '"')
    if isinstance(found, str) and _line_needs_quotes(found):
        return found
    return _tidy(line)


# Ids and fixed words hold neither comma nor semicolon, so that these part them too.


def _word_needs_quotes(value: str) -> bool:
    return _BETWEEN_WORDS.search(value) is not None or _line_needs_quotes(value)


def _word(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return _dumped(value) if _word_needs_quotes(value) else value


def _as_words(line: str) -> list[str]:
    found = _json(line, '"')
    if isinstance(found, str) and _word_needs_quotes(found):
        return [found]
    return [_tidy(word) for word in _BETWEEN_WORDS.split(line) if word.strip()]


# Terms: `label [id]`.


def _term(value: object) -> str | None:
    if not isinstance(value, dict) or not value:
        return None
    label, name = value.get("label"), value.get("id")
    text = f"{label} [{name}]" if name else str(label)
    holdable = _is_holdable(text) and "\n" not in text
    plain = holdable and _as_term(text) == value
    return text if plain else _dumped(value)


def _plain_term(text: str) -> dict[str, str]:
    text = _tidy(text)
    found = _TERM.match(text) or _TERM_IN_BRACKETS.match(text)
    return found.groupdict() if found else {"label": text}


def _as_term(text: str) -> Any:  # noqa: ANN401 - any part of a tree
    found = _json(text, "{")
    return found if found is not None else _plain_term(text)


def _term_or_terms(value: object) -> str | None:
    text = _term(value) if isinstance(value, dict) else _joined(value, _term)
    if text is None or _as_term_or_terms(text) == value:
        return text
    return _dumped(value)


def _as_term_or_terms(text: str) -> Any:  # noqa: ANN401 - any part of a tree
    found = _json(text, "[")
    if found is not None:
        return found
    terms = [_as_term(line) for line in _lines(text)]
    return terms[0] if len(terms) == 1 else terms


# Anything: text as it is, what has parts as JSON.


def _as_anything(text: str) -> Any:  # noqa: ANN401 - any part of a tree
    for start in "[{":
        found = _json(text, start)
        if found is not None:
            return found
    quoted = _json(text, '"')
    if isinstance(quoted, str) and _anything(quoted) != quoted:
        return quoted
    return _tidy(text)


def _anything(value: object) -> str:
    if not isinstance(value, str) or not _is_holdable(value):
        return _dumped(value)
    return value if _as_anything(value) == value else _dumped(value)


_ENCODERS: dict[Kind, Callable[[object], str | None]] = {
    Kind.TEXT: _text,
    Kind.LINES: lambda value: _joined(value, _line),
    Kind.WORDS: lambda value: _joined(value, _word),
    Kind.TERM: _term,
    Kind.TERMS: lambda value: _joined(value, _term),
    Kind.TERM_OR_TERMS: _term_or_terms,
    Kind.ANY: _anything,
}
_DECODERS: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: _as_text,
    Kind.LINES: lambda text: [_as_line(line) for line in _lines(text)],
    Kind.WORDS: lambda text: [w for line in _lines(text) for w in _as_words(line)],
    Kind.TERM: _as_term,
    Kind.TERMS: lambda text: [_as_term(line) for line in _lines(text)],
    Kind.TERM_OR_TERMS: _as_term_or_terms,
    Kind.ANY: _as_anything,
}
