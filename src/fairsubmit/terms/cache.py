"""Keep answers of registries for a month, so that they are asked once."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from fairsubmit.lint.lookup import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["DAYS", "Cache"]

DAYS: Final = 30
_DAY = 86_400.0


class Cache:
    """Answers in a folder, one file a question; none of it must be there.

    Parameters
    ----------
    folder
        Made when the first answer is kept.
    now
        The time in seconds.
    """

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now
        self._tidied = False

    def get(self, question: str) -> list[Entry] | None:
        """Return the answer to a question, ``None`` where there is no recent one."""
        try:
            kept = json.loads(self._path(question).read_text(encoding="utf-8"))
            if kept["question"] != question or not self._recent(kept["asked"]):
                return None
            return [_entry(value) for value in kept["answer"]]
        except (OSError, ValueError, TypeError, KeyError):
            return None  # not there, or not ours: it is asked again

    def put(self, question: str, answer: Sequence[Entry]) -> None:
        """Keep an answer; where nothing can be written, it is asked again."""
        kept = {
            "question": question,
            "asked": self._now(),
            "answer": [asdict(entry) for entry in answer],
        }
        path = self._path(question)
        partial = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(kept), encoding="utf-8")
            os.replace(partial, path)  # noqa: PTH105 - as one step on Windows too
            self._tidy()
        except OSError:
            return

    def _path(self, question: str) -> Path:
        return self._folder / f"{hashlib.sha256(question.encode()).hexdigest()}.json"

    def _recent(self, asked: float) -> bool:
        # a clock that was wrong then must not keep an answer for ever
        return 0 <= self._now() - asked < DAYS * _DAY

    def _tidy(self) -> None:
        """Remove what is too old, once a run."""
        if not self._tidied:
            self._tidied = True
            for path in self._folder.iterdir():
                if self._now() - path.stat().st_mtime > DAYS * _DAY:
                    path.unlink(missing_ok=True)


def _entry(value: dict[str, Any]) -> Entry:
    return Entry(
        str(value["id"]),
        str(value["label"]),
        tuple(map(str, value["names"])),
        str(value["note"]),
    )
