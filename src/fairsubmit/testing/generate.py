"""Write the files that are made from the code, or check that they are in step.

``python -m fairsubmit.testing.generate`` writes them, ``--check`` says which are not
what the code makes and ends with 1. Run it in the project's folder.

Two tables say what is generated: `FILES` for whole files, `PARTS` for the text between
``<!-- generated: NAME -->`` and ``<!-- end: NAME -->`` in pages that people write.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fairsubmit.cli import reference
from fairsubmit.testing.format_tables import formats_table, unread_formats_table
from fairsubmit.testing.pages import rules_page
from fairsubmit.testing.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["FILES", "PARTS", "generated", "main", "outdated"]

Make = Callable[[], str]


def _schema(name: str) -> Make:
    def make() -> str:
        return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"

    return make


# Path in the project: what makes its text.
FILES: dict[str, Make] = {
    **{f"schemas/{name}": _schema(name) for name in SCHEMAS},
    "docs/rules.md": rules_page,
}
# Path in the project and name of the part: what makes the text between its marks.
PARTS: dict[tuple[str, str], Make] = {
    ("README.md", "commands"): reference.commands_table,
    ("README.md", "exit-codes"): reference.exit_codes_table,
    ("docs/scripting.md", "exit-codes"): reference.exit_codes_table,
    ("docs/settings.md", "settings"): reference.settings_table,
    ("docs/formats.md", "formats"): formats_table,
    ("docs/formats.md", "unread-formats"): unread_formats_table,
}


class MissingMarkError(ValueError):
    """A page has no place for a generated part."""


def generated(
    root: Path,
    files: Mapping[str, Make] | None = None,
    parts: Mapping[tuple[str, str], Make] | None = None,
) -> Iterator[tuple[Path, str]]:
    """Make the text of every generated file.

    Parameters
    ----------
    root
        The project's folder; pages with generated parts are read there.
    files, parts
        `FILES` and `PARTS` unless given.

    Yields
    ------
    tuple of Path and str
        The file and the text it must have.

    Raises
    ------
    MissingMarkError
        If a page lacks the marks of a part.
    """
    for name, make in (FILES if files is None else files).items():
        yield root / name, make()
    pages: dict[Path, str] = {}
    for (name, part), make in (PARTS if parts is None else parts).items():
        page = root / name
        text = pages.get(page) or page.read_text(encoding="utf-8")
        pages[page] = _filled(text, name, part, make())
    yield from pages.items()


def _filled(text: str, name: str, part: str, content: str) -> str:
    begin, end = f"<!-- generated: {part} -->", f"<!-- end: {part} -->"
    marks = re.compile(f"({re.escape(begin)}\n).*?({re.escape(end)})", re.DOTALL)
    if len(marks.findall(text)) != 1:
        message = f"{name} needs one place between {begin} and {end}"
        raise MissingMarkError(message)
    body = content.strip("\n")
    return marks.sub(lambda found: f"{found[1]}\n{body}\n\n{found[2]}", text)


def outdated(root: Path) -> list[Path]:
    """Return the generated files that are not what the code makes."""
    return [path for path, text in generated(root) if _current(path) != text]


def _current(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all generated files, or check them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    chosen = parser.parse_args(arguments)
    root = Path.cwd()
    if not (root / "pyproject.toml").is_file():
        parser.error("run this in the folder that holds pyproject.toml")
    wrong = outdated(root)
    for path in wrong:
        sys.stdout.write(f"{'outdated' if chosen.check else 'written'}: {path}\n")
    if chosen.check:
        if wrong:
            sys.stdout.write("run `make schemas` and commit what it writes\n")
        return 1 if wrong else 0
    texts = dict(generated(root))
    for path in wrong:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(texts[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
