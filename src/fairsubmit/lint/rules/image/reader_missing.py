"""Every image can be read with what is installed.

What it does
------------
Notes images whose format needs a library that is not installed.

Why it is bad
-------------
Such an image is deposited all the same, but nothing of what it says about itself is
checked or written into the file list, although it could be.

Example
-------
A Nikon ND2 file where ``nd2`` is not installed.

How to fix
----------
Run the command that the message names, for example ``pip install "fairsubmit[nd2]"``.

Source
------
RDA FAIR indicator I1-01D: data in a standardised format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.images import reader_hits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]


def _check_image(extraction: Extraction, _subject: Subject) -> Iterator[Hit]:
    yield from reader_hits(extraction, "IMG121")


RULE = Rule(
    code="IMG121",
    name="reader-missing",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check_image,
)
