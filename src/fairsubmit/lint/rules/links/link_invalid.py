"""Every link leads somewhere.

What it does
------------
Checks that `study.links[].url` and `analyses[].software[].url` are absolute
addresses, compact identifiers such as `doi:10.5281/zenodo.1` or known accessions.

Why it is bad
-------------
The archive turns the value into a link that goes nowhere.

Example
-------
`url: LC3 and p62`

How to fix
----------
Write the whole address with `https://`, or remove the link.

Source
------
BioImage Archive Link; PageTab links; identifiers.org.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import doi, is_accession, is_address, is_curie, visible
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from fairsubmit.metadata.load import Document

__all__ = ["RULE"]

_HOST = re.compile(r"^(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?:[/:?#]\S*)?$")


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, link in _links(subject.document):
        url = visible(text(link, "url"))
        if url and not _leads_somewhere(url, text(link, "type")):
            bare = _HOST.match(url)
            advice = (
                f"write `https://{url}`"
                if bare
                else "write the whole address with `https://`, or remove the link"
            )
            yield Hit(f"`{url}` is not a link", f"{pointer}/url", help=advice)


def _links(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from parts(document, "/study/links")
    for pointer, _ in parts(document, "/analyses"):
        yield from parts(document, f"{pointer}/software")


def _leads_somewhere(url: str, kind: str) -> bool:
    if re.search(r"\s", url):
        # "doi: 10.1/x": a blank after the prefix is a matter of style
        return doi(url) is not None
    return bool(
        kind
        or is_address(url)
        or is_curie(url)
        or is_accession(url)
        or doi(url)
        or url.lower().startswith(("doi.org/", "dx.doi.org/"))
    )


RULE = Rule(
    code="LNK101",
    name="link-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
