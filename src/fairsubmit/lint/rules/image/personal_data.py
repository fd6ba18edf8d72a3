"""The headers of images tell nothing about persons.

What it does
------------
Reports what identifies patients, which is an error; and as warnings the names of users,
their folders and e-mail addresses, the place where a picture was taken, and pictures of
a slide's label. What is written there is never repeated in the message.

Why it is bad
-------------
What an archive has published cannot be taken back.

Example
-------
`PatientName` in a DICOM file, or the name of a home folder in the notes of a CZI file.

How to fix
----------
Remove it with the program that wrote the file, or export the images without it. Where
the persons agree to be named, say so: `ignore: {IMG113: operators agreed}`.

Source
------
BioImage Archive, position on clinical data; DICOM PS3.15, Annex E; GDPR, article 4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.images import PERSONAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction, ImageMetadata

__all__ = ["RULE"]

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
_HOME = re.compile(
    r"(?:\b[A-Za-z]:[\\/]+(?:Users|Documents and Settings)|^/(?:Users|home)|"
    r"[\s\"'=]/(?:Users|home))[\\/]+(?P<name>[^\\/\s\"']+)[\\/]",
    re.IGNORECASE,
)
# Accounts that are nobody's.
_SHARED = frozenset(
    [
        "public",
        "default",
        "shared",
        "user",
        "users",
        "admin",
        "administrator",
        "root",
        "guest",
        "lab",
        "microscope",
        "zeiss",
        "leica",
        "nikon",
        "olympus",
        "confocal",
        "runner",
        "ubuntu",
    ]
)
_PATIENT = "remove it with a program that makes files anonymous; never publish it"
_PERSON = "remove it and export again, or waive this rule where the persons agreed"


def _check_image(extraction: Extraction, _subject: Subject) -> Iterator[Hit]:
    seen: set[tuple[str, bool]] = set()
    for image in extraction.images:
        for words, error in _found(image):
            if (words, error) not in seen:
                seen.add((words, error))
                yield Hit(
                    words,
                    path=extraction.path,
                    help=_PATIENT if error else _PERSON,
                    severity=Severity.ERROR if error else Severity.WARNING,
                    group=True,
                )


def _found(image: ImageMetadata) -> Iterator[tuple[str, bool]]:
    for problem in image.problems:
        if problem.code in PERSONAL:
            yield problem.message, problem.error
    yield from ((words, False) for words in _in_text("its name", image.name or ""))
    for annotation in image.annotations:
        for key, value in annotation.values.items():
            where = f"the annotation `{key[:40]}`"
            yield from ((words, False) for words in _in_text(where, value))


def _in_text(where: str, text: str) -> Iterator[str]:
    if "@" in text and _EMAIL.search(text):
        yield f"{where} holds an e-mail address"
    found = _HOME.search(text)
    if found is not None and found["name"].casefold() not in _SHARED:
        yield f"{where} holds a path that tells a user's name"


RULE = Rule(
    code="IMG113",
    name="personal-data",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check_image=_check_image,
)
