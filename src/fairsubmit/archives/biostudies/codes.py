"""Codes of the archive's findings: ours before a byte moves, and its own answers.

BIA105 and on are this archive's limits (`fairsubmit.archives.biostudies.limits`),
BIA201 and on what the archive answered (`fairsubmit.archives.biostudies.explain`). The
others are rules of the linter that this archive stands on even where the linter was
not run or its finding was waived.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairsubmit.findings import Severity

__all__ = ["CODES", "CURATORS", "OPERATORS", "Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding.

    Attributes
    ----------
    code
        Stable, e.g. ``BIA202``.
    name
        The code in words.
    severity
        `Severity`.
    help
        What to do, where a finding has nothing more precise to say.
    """

    code: str
    name: str
    severity: Severity
    help: str


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
CURATORS = "bioimage-archive@ebi.ac.uk"
OPERATORS = "biostudies@ebi.ac.uk"

CODES = {
    code.name: code
    for code in (
        Code(
            "BIA103",
            "doi-not-possible",
            _WARNING,
            "complete it to get a DOI; without it the study is deposited without one",
        ),
        Code(
            "BIA104",
            "very-many-files",
            _WARNING,
            f"write to {CURATORS} first, or pack the images as one .ome.zarr.zip each",
        ),
        Code(
            "BIA105",
            "file-too-large-for-form",
            _ERROR,
            "send it by FTP: --upload ftp",
        ),
        Code(
            "BIA106",
            "file-too-large",
            _ERROR,
            "split it; the archive's storage takes no larger file",
        ),
        Code(
            "BIA107",
            "path-too-long",
            _ERROR,
            "shorten the names of the file and its folders",
        ),
        Code(
            "BIA108",
            "path-with-odd-spaces",
            _WARNING,
            "rename it: the archive's website takes single spaces only",
        ),
        Code(
            "BIA109",
            "path-collides-with-groups",
            _WARNING,
            "rename the folder; the archive reads groups/… as a group's folder",
        ),
        Code(
            "BIA110",
            "better-by-ftp",
            _WARNING,
            "send it by FTP, which goes on inside a file: --upload ftp",
        ),
        Code(
            "BIA111",
            "unknown-target-setting",
            _ERROR,
            "remove it, or use template, annotation_section or review_type",
        ),
        Code(
            "FIL104",
            "path-refused",
            _ERROR,
            "rename it; letters, digits, spaces and ! - _ * ' ( ) . are allowed",
        ),
        Code(
            "FIL105",
            "path-not-portable",
            _ERROR,
            "rename it: no space at its beginning or end",
        ),
        Code(
            "LIC103",
            "licence-refused",
            _ERROR,
            "use CC0-1.0 or CC-BY-4.0",
        ),
        Code(
            "STU105",
            "release-date",
            _ERROR,
            "give a day from today to two years ahead, as YYYY-MM-DD",
        ),
        Code(
            "BIA201",
            "archive-refused",
            _ERROR,
            f"if the message does not say what to change, write to {OPERATORS}",
        ),
        Code(
            "BIA202",
            "archive-misses-files",
            _ERROR,
            "run the same command again: it sends what is missing",
        ),
        Code(
            "BIA203",
            "archive-refuses-path",
            _ERROR,
            "rename it; letters, digits, spaces and ! - _ * ' ( ) . are allowed",
        ),
        Code(
            "BIA204",
            "archive-refuses-file-list",
            _ERROR,
            "run the same command again, which writes the file lists anew",
        ),
        Code(
            "BIA205",
            "archive-refuses-release-date",
            _ERROR,
            "give a day from today to two years ahead, as YYYY-MM-DD",
        ),
        Code(
            "BIA206",
            "archive-denies-permission",
            _ERROR,
            f"ask {CURATORS} to let your account submit",
        ),
        Code(
            "BIA207",
            "archive-cannot-register-doi",
            _ERROR,
            "complete it, or deposit without a DOI by the setting doi = false",
        ),
        Code(
            "BIA208",
            "archive-found-folder-in-folder",
            _ERROR,
            "list either the folder or the files in it, not both",
        ),
        Code(
            "BIA209",
            "archive-guards-public-study",
            _ERROR,
            f"write to {CURATORS}: they change the files and date of a public study",
        ),
        Code(
            "BIA210",
            "archive-cannot-read-document",
            _ERROR,
            "this is a fault of ours: please report it with this message",
        ),
        Code(
            "BIA211",
            "archive-failed",
            _ERROR,
            f"write to {OPERATORS} with the accession and this message",
        ),
    )
}
