"""What a dataset says that bears on its being FAIR, with the place of each answer."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from fairsubmit.lint.identifiers import imaging_term, is_accession, is_address, taxon
from fairsubmit.lint.tree import is_blank, parts, terms, text, texts
from fairsubmit.lint.vocabularies import imaging_methods, licences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from fairsubmit.dataset import FileGroup
    from fairsubmit.findings import Report
    from fairsubmit.metadata.image import Extraction, ImageMetadata
    from fairsubmit.metadata.load import Document

__all__ = [
    "Answer",
    "Evidence",
    "Facts",
    "Images",
    "Verdict",
    "gather",
    "is_other_data",
]

# Formats whose specification is public (BioImage Archive help, recommended formats).
_OPEN = re.compile(
    r"^(?:OME|TIFF|BigTIFF|Zarr|NIfTI|NRRD|MetaImage|ICS|MRC|PNG|JPEG|BMP|DICOM|"
    r"BigDataViewer|Imaris|HDF5)",
    re.IGNORECASE,
)
_OME = re.compile(r"^OME", re.IGNORECASE)
_UNREADABLE = "IMG101"
_SHOWN = 120
_MOST = 5
_MANY = 12


class Verdict(StrEnum):
    """What can be said before the deposit."""

    YES = "yes"
    NO = "no"
    ARCHIVE = "only the archive can tell"
    NOTHING = "nothing to judge"


class Evidence(NamedTuple):
    """Where an answer comes from.

    Attributes
    ----------
    field
        JSON pointer into the document, or words.
    value
        What it says, shortened.
    line
        1-based line of the document.
    """

    field: str
    value: str
    line: int | None = None


class Answer(NamedTuple):
    """A verdict with its reasons.

    Attributes
    ----------
    verdict
        What can be said.
    evidence
        What it rests on; of a "no", what is missing.
    """

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()


@dataclass
class Images:
    """What was counted of the images.

    Attributes
    ----------
    count
        Images that were read.
    formats
        How many there are of each format.
    open, ome, scaled
        How many are in a format that is public, carry OME metadata, state their scale.
    """

    count: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    open: int = 0
    ome: int = 0
    scaled: int = 0

    @classmethod
    def of(cls, extractions: Iterable[Extraction]) -> Images:
        """Count images, one at a time."""
        found = cls()
        for extraction in extractions:
            for image in extraction.images:
                found.add(image)
        return found

    def add(self, image: ImageMetadata) -> None:
        """Count an image."""
        name = image.format or "unknown"
        self.count += 1
        self.formats[name] += 1
        self.open += bool(_OPEN.match(name))
        self.ome += bool(_OME.match(name))
        size = image.physical_size
        self.scaled += size.x is not None and size.y is not None


@dataclass(frozen=True)
class Facts:
    """What is known of a dataset.

    Attributes
    ----------
    document
        The submission.
    groups
        Files of components and annotation sets.
    images
        Counts.
    report
        What the linter found.
    minimum
        Codes of the rules of the FAIR minimum.
    """

    document: Document
    groups: tuple[FileGroup, ...]
    images: Images
    report: Report
    minimum: frozenset[str]

    def value(self, pointer: str) -> Evidence | None:
        """Return what a field says, ``None`` where it says nothing."""
        found = self.document.get(pointer)
        if is_blank(found):
            return None
        return Evidence(pointer, _short(found), self.document.place(pointer).line)

    def all_of(self, *pointers: str) -> Answer:
        """Answer whether every one of some fields says something.

        Parameters
        ----------
        *pointers
            The fields; ``*`` stands for each part of a list, of which there is one at
            least.
        """
        every = [each for pointer in pointers for each in self._expanded(pointer)]
        found = {pointer: self.value(pointer) for pointer in every}
        missing = [Evidence(p, "missing") for p, value in found.items() if not value]
        if missing:
            return Answer(Verdict.NO, tuple(missing[:_MOST]))
        said = [value for value in found.values() if value]
        return Answer(Verdict.YES, tuple(said[:_MANY]))

    def _expanded(self, pointer: str) -> list[str]:
        section, star, name = pointer.partition("/*/")
        if not star:
            return [pointer]
        found = [f"{where}/{name}" for where, _ in parts(self.document, section)]
        return found or [section]

    def any_of(self, found: Iterable[Evidence], missing: str) -> Answer:
        """Answer whether there is any evidence.

        Parameters
        ----------
        found
            The evidence.
        missing
            What there is none of.
        """
        some = tuple(found)
        if not some:
            return Answer(Verdict.NO, (Evidence(missing, "missing"),))
        return Answer(Verdict.YES, some[:_MOST])

    def each(
        self, section: str, name: str, is_good: Callable[[str], bool] = bool
    ) -> Iterator[Evidence]:
        """Return the values of a field in each part of a list that are good."""
        for pointer, part in parts(self.document, section):
            written = text(part, name)
            if written and is_good(written):
                yield self._said(f"{pointer}/{name}", written)

    def _said(self, pointer: str, written: str) -> Evidence:
        place = self.document.place(pointer)
        return Evidence(pointer, _short(written), place.line)

    def terms(self) -> Iterator[Evidence]:
        """Return the terms of ontologies that are identified and current."""
        known = imaging_methods()
        for section, name in (
            ("/biosamples", "organism"),
            ("/biosamples", "cell_line"),
            ("/biosamples", "anatomy"),
            ("/acquisitions", "imaging_method"),
        ):
            for pointer, part in parts(self.document, section):
                for where, term in terms(part, name, pointer):
                    written = text(term, "id")
                    method = imaging_term(written) if written else None
                    if written and method not in known.obsolete:
                        yield self._said(f"{where}/id", written)

    def organisms_identified(self) -> Answer:
        """Answer whether each biosample's organism has its taxon."""
        wanted = list(parts(self.document, "/biosamples"))
        found = [
            self._said(f"{where}/id", text(term, "id"))
            for pointer, part in wanted
            for where, term in terms(part, "organism", pointer)
            if taxon(text(term, "id"))
        ]
        return self.any_of(found, "/biosamples/*/organism/id")

    def people_and_papers(self) -> Iterator[Evidence]:
        """Return references to persons, institutions, papers and protocols."""
        yield from self.each("/authors", "orcid")
        yield from self.each("/organisations", "ror")
        yield from self.each("/study/publications", "doi")
        yield from self.each("/study/publications", "pubmed_id")
        for pointer, part in parts(self.document, "/specimens"):
            for where, written in texts(part, "protocol_links", pointer):
                yield self._said(where, written)

    def links(self, wanted: Callable[[Mapping[str, Any]], bool]) -> Iterator[Evidence]:
        """Return the links that are wanted."""
        for pointer, link in parts(self.document, "/study/links"):
            if text(link, "url") and wanted(link):
                yield self._said(f"{pointer}/url", text(link, "url"))

    def licence(self) -> Answer:
        """Answer whether the licence is one of SPDX, or the address of one."""
        said = self.value("/study/license")
        if said is None:
            return Answer(Verdict.NO, (Evidence("/study/license", "missing"),))
        known = licences()
        good = known.exact(said.value) or known.meant(said.value)
        return Answer(Verdict.YES if good else Verdict.NO, (said,))

    def minimum_met(self, beginnings: tuple[str, ...] = ("",)) -> Answer:
        """Answer whether rules of the FAIR minimum found no error.

        Parameters
        ----------
        beginnings
            Only of rules whose code begins so.
        """
        errors = [
            finding
            for finding in self.report.errors
            if finding.code in self.minimum and finding.code.startswith(beginnings)
        ]
        if not errors:
            count = sum(code.startswith(beginnings) for code in self.minimum)
            said = Evidence("lint", f"{count} rules of the FAIR minimum find no error")
            return Answer(Verdict.YES, (said,))
        found = [Evidence(f.code, _short(f.message), f.line) for f in errors]
        return Answer(Verdict.NO, tuple(found[:_MOST]))

    def share(self, count: int, words: str) -> Answer:
        """Answer whether something holds of every image.

        Parameters
        ----------
        count
            Of how many it does.
        words
            What it is.
        """
        total = self.images.count
        if not total:
            return Answer(Verdict.NOTHING, (Evidence("images", "none were read"),))
        said = Evidence("images", f"{count:,} of {total:,} {words}")
        return Answer(Verdict.YES if count == total else Verdict.NO, (said,))

    def readable(self) -> Answer:
        """Answer whether every image could be read as what it is."""
        broken = [f for f in self.report.findings if f.code == _UNREADABLE]
        if broken:
            found = (Evidence(f.path or "", _short(f.message)) for f in broken[:_MOST])
            return Answer(Verdict.NO, tuple(found))
        return self.share(self.images.count, "images can be read")

    def sources(self) -> Iterator[tuple[FileGroup, int, int]]:
        """Return each annotation set's group, its rows, and those with a source."""
        for group in self.groups:
            if group.kind == "annotation" and group.table is not None:
                table = group.table
                named = [n.strip().casefold() for n in table.columns]
                at = named.index("source image") if "source image" in named else None
                rows = len(table.rows)
                has = (
                    sum(bool(r.values[at]) for r in table.rows) if at is not None else 0
                )
                yield group, rows, has


def gather(
    document: Document,
    report: Report,
    minimum: Iterable[str],
    *,
    groups: tuple[FileGroup, ...] = (),
    images: Iterable[Extraction] = (),
) -> Facts:
    """Gather what is known of a dataset.

    Parameters
    ----------
    document
        The submission, of any layout.
    report
        What the linter found.
    minimum
        Codes of the rules of the FAIR minimum.
    groups
        Files of components and annotation sets.
    images
        What reading each image gave; taken one at a time.
    """
    return Facts(document, groups, Images.of(images), report, frozenset(minimum))


def _short(value: object) -> str:
    words = value if isinstance(value, str) else _plain(value)
    words = " ".join(words.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return str(value.get("label") or value.get("name") or "…")
    return str(value)


def is_other_data(link: Mapping[str, Any]) -> bool:
    """Whether a link leads to other data."""
    url = text(link, "url")
    kind = text(link, "type").casefold()
    return is_accession(url) or "data" in kind or (is_address(url) and "record" in url)
