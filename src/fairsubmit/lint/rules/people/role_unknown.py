"""Roles of authors are in the words of the archive.

What it does
------------
Reports roles that are not in the BioImage Archive's list. Other words are allowed, but
nobody searches for them.

Why it is bad
-------------
Only roles in the same words can be counted and searched.

Example
-------
`roles: [boss]`

How to fix
----------
Use one of: corresponding author, data acquisition, data analyst, data steward,
experiment performer, first author, investigator, principal investigator, software
development, submitter.

Source
------
BioImage Archive template v5: Contact, Role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.suggest import closest
from fairsubmit.lint.tree import parts, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_ROLES = (
    "corresponding author",
    "data acquisition",
    "data analyst",
    "data steward",
    "experiment performer",
    "first author",
    "investigator",
    "principal investigator",
    "software development",
    "submitter",
)


def _check(subject: Subject) -> Iterator[Hit]:
    for author_pointer, author in parts(subject.document, "/authors"):
        for pointer, role in texts(author, "roles", author_pointer):
            if role.casefold() in _ROLES:
                continue
            near = closest(role.casefold(), _ROLES)
            yield Hit(
                f"`{role}` is not a role that the BioImage Archive lists",
                pointer,
                help=f"did you mean `{near}`?"
                if near
                else "`fairsubmit rule PPL112` lists them; other words are allowed",
                edits=(Edit("replace", pointer, (near,)),) if near else (),
            )


RULE = Rule(
    code="PPL112",
    name="role-unknown",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
