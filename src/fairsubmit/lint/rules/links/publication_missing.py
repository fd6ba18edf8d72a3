"""The study names its publication, or says that there is none yet.

What it does
------------
Notes a study without any publication or preprint.

Why it is bad
-------------
The paper says why the data were taken and what they showed; with it they are found and
cited together.

Example
-------
A study without `publications`.

How to fix
----------
Add the DOI of the paper or preprint, or an item with `status: in preparation`.

Source
------
BioImage Archive template v5: Publication (desirable); FAIRsFAIR metric FsF-I3-01M.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    if mapping_at(subject.document, "/study") is None:
        return
    if not any(parts(subject.document, "/study/publications")):
        yield Hit(
            "the study names no publication or preprint",
            "/study/publications",
            key=True,
            help="add it, or `publications: [{title: …, status: in preparation}]`",
        )


RULE = Rule(
    code="LNK105",
    name="publication-missing",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
