"""Findings that the submission's author has answered in advance, and why.

Three places say so: ``ignore:`` in the submission (a code and its reason), a comment
``# fairsubmit: ignore[CODE] reason`` on or above the line that it is about, and
``fairsubmit.toml`` beside the submission::

    [[waivers]]
    codes = ["IMG102"]
    paths = ["raw/pilot/**"]
    reason = "taken before the stage was calibrated"

A waiver without a reason waives nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.dataset import SETTINGS_NAME
from fairsubmit.lint.fix.nodes import comments, nodes
from fairsubmit.metadata.load import escape_pointer
from fairsubmit.metadata.selection import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from fairsubmit.dataset import Dataset
    from fairsubmit.metadata.load import Document

__all__ = ["Given", "Waivers", "waivers"]

MAX_SETTINGS_BYTES = 1 << 20
_COMMENT = re.compile(
    r"#\s*fairsubmit:\s*ignore\[(?P<codes>[^\]]*)\][\s:,–—-]*(?P<why>.*)"
)


@dataclass(frozen=True, slots=True)
class Given:
    """One code that somebody waives.

    Attributes
    ----------
    code
        Rule code, in upper case.
    reason
        Why; blank where none is given.
    line
        Only findings on this line of the document.
    paths
        Only findings about files that match one of these patterns.
    pointer
        Where in the document it is given, or ``None``.
    path, written_line
        Where else it is given.
    """

    code: str
    reason: str
    line: int | None = None
    paths: tuple[str, ...] = ()
    pointer: str | None = None
    path: str | None = None
    written_line: int | None = None

    def covers(self, path: str | None, line: int | None, document: str) -> bool:
        """Whether a finding of this code, at this place, is answered."""
        if self.line is not None:
            return path == document and line == self.line
        if self.paths:
            return path is not None and bool(list(select(self.paths, (), [path])))
        return True


@dataclass
class Waivers:
    """All waivers of one run; remembers which ones were needed.

    Parameters
    ----------
    given
        The waivers.
    document
        Path of the document.
    problems
        What is wrong with ``fairsubmit.toml``, if anything: sentences.
    """

    given: tuple[Given, ...]
    document: str
    problems: tuple[str, ...] = ()
    used: set[Given] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._by_code: dict[str, list[Given]] = defaultdict(list)
        for one in self.given:
            if one.reason:
                self._by_code[one.code].append(one)

    def reason(self, code: str, path: str | None, line: int | None) -> str | None:
        """Return why a finding is waived, or ``None`` where it is not.

        Parameters
        ----------
        code
            Of the rule.
        path, line
            Where it was found.
        """
        for one in self._by_code.get(code, ()):
            if one.covers(path, line, self.document):
                self.used.add(one)
                return one.reason
        return None

    def unused(self, codes: Iterable[str]) -> Iterator[Given]:
        """Yield the waivers that waived nothing.

        Parameters
        ----------
        codes
            Of the rules that looked; what others would find is not known.
        """
        looked = frozenset(codes)
        for one in self.given:
            if one.reason and one.code in looked and one not in self.used:
                yield one


def waivers(document: Document, dataset: Dataset | None = None) -> Waivers:
    """Gather the waivers of a submission.

    Parameters
    ----------
    document
        The submission.
    dataset
        Its folder, for ``fairsubmit.toml``.
    """
    given = [*_in_document(document), *_in_comments(document)]
    problems: list[str] = []
    if dataset is not None:
        found, problems = _in_settings(dataset.root / SETTINGS_NAME)
        given += found
    return Waivers(tuple(given), document.path, tuple(problems))


def _in_document(document: Document) -> Iterator[Given]:
    written = document.tree.get("ignore")
    for code, reason in written.items() if isinstance(written, dict) else ():
        why = reason.strip() if isinstance(reason, str) else ""
        pointer = f"/ignore/{escape_pointer(code)}"
        yield Given(code.strip().upper(), why, pointer=pointer)


def _in_comments(document: Document) -> Iterator[Given]:
    text = document.text
    if "fairsubmit:" not in text or "ignore[" not in text:
        return
    known = nodes(text)
    for start, end in comments(text, known[""]) if known else ():
        found = _COMMENT.match(text[start:end])
        if found:
            line = text.count("\n", 0, start) + 1
            about = line
            if not text[text.rfind("\n", 0, start) + 1 : start].strip():
                about = _next_line(text, line)
            for code in found["codes"].split(","):
                if code.strip():
                    yield Given(
                        code.strip().upper(),
                        found["why"].strip(),
                        about,
                        path=document.path,
                        written_line=line,
                    )


def _next_line(text: str, line: int) -> int:
    """Return the number of the next line that says something."""
    lines = text.split("\n")
    for number in range(line, len(lines)):
        words = lines[number].strip()
        if words and not words.startswith("#"):
            return number + 1
    return line


def _in_settings(path: Path) -> tuple[list[Given], list[str]]:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SETTINGS_BYTES)
        table = tomllib.loads(raw.decode("utf-8-sig"))
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [f"it cannot be read: {error.strerror or error}"]
    except (ValueError, RecursionError) as error:
        return [], [f"it cannot be read: {error}"]
    listed = table.get("waivers", [])
    problems = [
        f"{key!r} is not a setting of a dataset; `waivers` is"
        for key in table
        if key != "waivers"
    ]
    given: list[Given] = []
    for number, item in enumerate(listed if isinstance(listed, list) else [listed], 1):
        found = _setting(item, path.name)
        given += found
        if not found:
            problems.append(f"waiver {number} needs `codes`, `paths` and a `reason`")
    return given, problems


def _setting(item: object, name: str) -> list[Given]:
    if not isinstance(item, dict):
        return []
    codes, paths = _texts(item.get("codes")), _texts(item.get("paths"))
    reason = item.get("reason")
    why = reason.strip() if isinstance(reason, str) else ""
    if not codes or not paths or not why:
        return []
    return [Given(code.upper(), why, paths=tuple(paths), path=name) for code in codes]


def _texts(value: object) -> list[str]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        return []
    return [item.strip() for item in items if isinstance(item, str) and item.strip()]
