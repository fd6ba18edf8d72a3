"""The archive's messages, put beside the lines of the person's own document.

The messages are those of BioStudies' validators as they stand in its source: see
`_RULES`. What is not known is passed on in the archive's words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.archives.biostudies.places import Places, Spot, finding
from fairsubmit.archives.biostudies.render import render
from fairsubmit.archives.biostudies.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from fairsubmit.bundle import Bundle, FileList
    from fairsubmit.findings import Finding

__all__ = ["explain"]

_SHOWN = 3


def explain(
    messages: Iterable[str], bundle: Bundle, *, about: FileList | None = None
) -> tuple[Finding, ...]:
    """Turn messages of the archive into findings.

    Parameters
    ----------
    messages
        The archive's own words.
    bundle
        What was submitted.
    about
        The file list that the archive was asked about, if it was one.

    Returns
    -------
    tuple of Finding
        At least one a message, each with its place in the submission or in a file
        table where the message has one.
    """
    reader = _Reader(bundle, about)
    found = [finding for message in messages for finding in reader.read(message)]
    return tuple(dict.fromkeys(found))


class _Reader:
    """Reads messages about one bundle."""

    def __init__(self, bundle: Bundle, about: FileList | None) -> None:
        self.bundle = bundle
        self.about = about
        self.places = Places(bundle)

    def read(self, message: str) -> Iterator[Finding]:
        text = message.strip()
        for pattern, tell in _RULES:
            found = pattern.search(text)
            if found:
                yield from tell(self, text, found)
                return
        yield finding("archive-refused", _said(text), self.here())

    def here(self) -> Spot:
        """Where the file list in question is chosen, or the document as a whole."""
        if self.about is None:
            return self.places.document
        return self.places.of_list(self.about)

    def accnos(self) -> Mapping[str, str]:
        """Pointers of the sections by the accession numbers that we gave them."""
        return render(self.bundle, "", Settings()).accnos()

    def author(self, name: str) -> str:
        for index, author in enumerate(self.bundle.submission.authors):
            if author.name.strip() == name.strip():
                return f"/authors/{index}"
        return "/authors"


def _said(message: str) -> str:
    """Repeat the archive's message on one line."""
    return f"the archive says: {' '.join(message.split())}"


# FileSourcesService.kt: the names stand between the first line and this one.
_SOURCES = "List of available sources:"
_IN_LIST = re.compile(r"^Referenced in file list: (.+)$", re.MULTILINE)


def _missing(reader: _Reader, text: str, _: re.Match[str]) -> Iterator[Finding]:
    head = _IN_LIST.sub("", text.partition(_SOURCES)[0])
    names = [name.strip("\r\n") for name in head.split("\n  - ")[1:]]
    if not names:
        yield finding("archive-misses-files", _said(text), reader.here())
        return
    together: dict[Spot, list[str]] = {}
    for name in names:
        together.setdefault(reader.places.of_file(name), []).append(name)
    for spot, group in _by_table(together):
        some = ", ".join(group[:_SHOWN])
        more = f" and {len(group) - _SHOWN} more" if len(group) > _SHOWN else ""
        message = f"the archive does not find {some}{more}"
        yield finding("archive-misses-files", message, spot, count=len(group))


def _by_table(together: Mapping[Spot, list[str]]) -> Iterator[tuple[Spot, list[str]]]:
    """Join the rows of one table: 1,000 findings say no more than the first."""
    tables: dict[str, tuple[Spot, list[str]]] = {}
    for spot, names in together.items():
        if spot.cell is not None and spot.path is not None:
            tables.setdefault(spot.path, (spot, []))[1].extend(names)
        else:
            yield spot, names
    yield from tables.values()


def _bad_path(reader: _Reader, _: str, found: re.Match[str]) -> Iterator[Finding]:
    path = found["path"]
    message = f"the archive refuses characters of the path {path}"
    yield finding("archive-refuses-path", message, reader.places.of_file(path))


def _overlap(reader: _Reader, text: str, _: re.Match[str]) -> Iterator[Finding]:
    pairs = re.findall(r"^- Directory '(.+)' contains: '(.+)'$", text, re.MULTILINE)
    for folder, path in pairs:
        message = f"both the folder {folder} and {path} in it are listed"
        spot = reader.places.of_file(path)
        yield finding("archive-found-folder-in-folder", message, spot)
    if not pairs:
        yield finding("archive-found-folder-in-folder", _said(text), reader.here())


def _file_list(reader: _Reader, _: str, found: re.Match[str]) -> Iterator[Finding]:
    about = reader.places.list_named(found["list"]) or reader.about
    inner = _Reader(reader.bundle, about)
    row = _ROW.search(found["rest"])
    if row:
        yield from _bad_row(inner, found["rest"], row)
        return
    message = f"the archive cannot use the file list {found['list']}: {found['rest']}"
    yield finding("archive-refuses-file-list", message, inner.here())


def _bad_row(reader: _Reader, _: str, found: re.Match[str]) -> Iterator[Finding]:
    number, about = int(found["row"]), reader.about
    path = None if about is None else reader.places.row(about, number)
    spot = reader.here() if path is None else reader.places.of_file(path)
    name = "a file list" if about is None else about.path
    message = f"the archive cannot use row {number} of {name}: {found['rest']}"
    yield finding("archive-refuses-file-list", message, spot)


def _any_list(reader: _Reader, text: str, _: re.Match[str]) -> Iterator[Finding]:
    yield finding("archive-refuses-file-list", _said(text), reader.here())


def _duplicate(reader: _Reader, text: str, found: re.Match[str]) -> Iterator[Finding]:
    pointer = reader.accnos().get(found["accno"], "")
    spot = reader.places.value(pointer)
    yield finding("archive-cannot-read-document", _said(text), spot)


def _organisation(
    reader: _Reader, text: str, found: re.Match[str]
) -> Iterator[Finding]:
    pointer = reader.accnos().get(found["accno"], "/organisations")
    spot = reader.places.value(f"{pointer}/name")
    yield finding("archive-cannot-register-doi", _said(text), spot)


def _affiliation(reader: _Reader, text: str, found: re.Match[str]) -> Iterator[Finding]:
    spot = reader.places.value(reader.author(found["author"]) + "/affiliations")
    yield finding("archive-cannot-register-doi", _said(text), spot)


def _no_affiliation(reader: _Reader, text: str, _: re.Match[str]) -> Iterator[Finding]:
    without = [
        f"/authors/{index}"
        for index, author in enumerate(reader.bundle.submission.authors)
        if not author.affiliations
    ]
    for pointer in without or ["/authors"]:
        spot = reader.places.value(pointer)
        yield finding("archive-cannot-register-doi", _said(text), spot)


def _denied(reader: _Reader, text: str, found: re.Match[str]) -> Iterator[Finding]:
    collection = found.groupdict().get("collection")
    user = found.groupdict().get("user") or "this account"
    message = _said(text)
    if collection:
        message = f"{user} may not submit to the collection {collection}"
    yield finding("archive-denies-permission", message, reader.places.document)


def _at(name: str, pointer: str | None = None) -> _Tell:
    """Return a function that tells a message of one kind at one place."""

    def tell(reader: _Reader, text: str, _: re.Match[str]) -> Iterator[Finding]:
        spot = reader.here() if pointer is None else reader.places.value(pointer)
        yield finding(name, _said(text), spot)

    return tell


if TYPE_CHECKING:
    _Tell = Callable[[_Reader, str, re.Match[str]], Iterator[Finding]]

_ROW = re.compile(r"Error at row (?P<row>\d+): (?P<rest>.+)", re.DOTALL)
_DATE = _at("archive-refuses-release-date", "/study/release_date")

# First match counts. FileSourcesList.kt, FileSourcesService.kt, FileListValidator.kt,
# FileListTsvStreamDeserializer.kt, PageTabFileReader.kt, validation/Messages.kt,
# TimesService.kt, DoiExceptions.kt, SubmissionRequestFilesValidator.kt.
_TABLE: tuple[tuple[str, _Tell], ...] = (
    (r"^Problem processing file list '(?P<list>.+?)': (?P<rest>.+)", _file_list),
    (r"The following files could not be found", _missing),
    (r"file path contains invalid characters: (?P<path>[^\n]+)", _bad_path),
    (r"The following circular references were found", _overlap),
    (_ROW.pattern, _bad_row),
    (
        (
            r"A file list should contain at least one file|"
            r"can't be used as File List|First header value should be|"
            r"Expected content to be an array|Unsupported page ?tab format"
        ),
        _any_list,
    ),
    (r"The release date of a public study", _at("archive-guards-public-study")),
    (r"ReleaseDate is required|Release date cannot be in the past", _DATE),
    (r"Provided date .* could not be parsed", _DATE),
    (r"[Ff]ile deletion/modifications require", _at("archive-guards-public-study")),
    (
        r"The user (?P<user>\S+) is not allowed to submit to (?P<collection>.+?) coll",
        _denied,
    ),
    (r"The user \S+ is not allowed|Access Denied|does not have permission", _denied),
    (
        r"A title is required for DOI",
        _at("archive-cannot-register-doi", "/study/title"),
    ),
    (r"organization name is empty: '(?P<accno>.+?)'", _organisation),
    (
        r"organization '.*?' affiliated to the author '(?P<author>.+)' could",
        _affiliation,
    ),
    (r"Authors are required to have an affiliation", _no_affiliation),
    (
        r"Organizations are required to have|required DOI field",
        _at("archive-cannot-register-doi", "/organisations"),
    ),
    (r"The (given|previous) DOI:? '", _at("archive-cannot-register-doi", "/study")),
    (r"A section with accNo (?P<accno>.+?) already exists", _duplicate),
    (
        (
            r"Element was not created|Section tables can't|Several page tab elements|"
            r"Error processing block|Expected to find block|JSON parse error"
        ),
        _at("archive-cannot-read-document"),
    ),
    (
        r"Unknown processing error|Await condition expired",
        _at("archive-failed"),
    ),
)
_RULES = tuple((re.compile(pattern, re.DOTALL), tell) for pattern, tell in _TABLE)
