"""A funder has an identifier.

What it does
------------
Notes grants whose funder has neither a ROR id nor a Crossref Funder id. With `--online`
ROR is asked for it.

Why it is bad
-------------
Funders are written in many ways; the identifier is what counts their grants together.

Example
-------
`funder: ERC` without `funder_id`.

How to fix
----------
Look the funder up at https://ror.org and add its id as `funder_id:`.

Source
------
DataCite 4.5 property 19 (funderIdentifier); RO-Crate 1.2 funder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.lookup import organisation
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, grant in parts(subject.document, "/study/funding"):
        funder = text(grant, "funder")
        if funder and not text(grant, "funder_id"):
            ror, told = organisation(subject.lookup, funder)
            yield Hit(
                f"funder `{funder}` has no identifier",
                pointer,
                help=f"{told}: add it as `funder_id:`"
                if told
                else "look it up at https://ror.org and add it as `funder_id:`",
                edits=(Edit("add", pointer, ("funder_id", ror)),) if ror else (),
            )


RULE = Rule(
    code="LNK108",
    name="funder-not-identified",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
