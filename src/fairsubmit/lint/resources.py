"""Identifiers of publications, archives' records, reagents and cell lines, offline.

Each function returns the identifier as it is usually written, or ``None``. What is
changed is only what cannot matter: case, prefix, the address around it.
"""

from __future__ import annotations

import re

from fairsubmit.lint.identifiers import (
    ORCID,
    orcid_check_digit,
    ror_check_digits,
    ror_id,
)

__all__ = ["accession", "cellosaurus", "orcid", "pmc_id", "pubmed_id", "ror", "rrid"]

_PUBMED = re.compile(
    r"^(?:(?:pmid|pubmed)[:\s]\s*|https?://(?:www\.)?"
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/)?(?P<id>\d{1,8})/?$",
    re.IGNORECASE,
)
_PMC = re.compile(
    r"^(?:pmcid[:\s]\s*|https?://(?:(?:www\.)?ncbi\.nlm\.nih\.gov/pmc|"
    r"pmc\.ncbi\.nlm\.nih\.gov)/articles/)?PMC(?P<id>\d{1,9})/?$",
    re.IGNORECASE,
)
_CELLOSAURUS = re.compile(
    r"^(?:(?:rrid|cellosaurus):\s*|https?://(?:www\.|web\.expasy\.org/)?"
    r"cellosaurus(?:\.org)?/)?CVCL[_:](?P<id>[A-Z0-9]{4})$",
    re.IGNORECASE,
)

# Who gives out RRIDs, as written, and the form of theirs (https://rrids.org).
_AUTHORITIES = {
    "AB": r"\d{5,10}",
    "Addgene": r"\d{3,7}",
    "BCBC": r"\d+",
    "BDSC": r"\d{1,6}",
    "CGC": r"[A-Z]{1,3}\d+",
    "CVCL": r"[A-Z0-9]{4}",
    "DGGR": r"\d+",
    "FlyBase": r"FB[a-z]{2}\d{7}",
    "IMSR": r"[A-Z]{2,5}:[\w.-]+",
    "MGI": r"\d{4,8}",
    "MMRRC": r"\d{6}(?:-[A-Z]+)?",
    "NSRRC": r"\d{4}",
    "NXR": r"\d+(?:\.\d+)?",
    "RGD": r"\d+",
    "SCR": r"\d{6}",
    "VDRC": r"\d+",
    "WB-STRAIN": r"[\w-]+",
    "ZFIN": r"ZDB-[A-Z]+-\d{6}-\d+",
    "ZIRC": r"ZL\w+",
}
_FOLDED = {name.casefold(): name for name in _AUTHORITIES}
_RRID = re.compile(
    r"^(?P<prefix>RRID:\s*|https?://(?:scicrunch\.org/resolver/|"
    r"identifiers\.org/)(?:RRID:)?)?(?P<who>[A-Za-z][A-Za-z-]*)[_:](?P<id>[\w:.-]+)$",
    re.IGNORECASE,
)

# Accessions in the case that their archive writes, by the form they have in any case.
_ACCESSIONS = (
    (re.compile(r"S-[A-Z]{2,6}\d+", re.IGNORECASE), str.upper),
    (re.compile(r"E-[A-Z]{4}-\d+", re.IGNORECASE), str.upper),
    (re.compile(r"EMPIAR-\d{4,}", re.IGNORECASE), str.upper),
    (re.compile(r"EMD-\d{4,5}", re.IGNORECASE), str.upper),
    (re.compile(r"idr\d{4}(?:-[\w-]+)?"), str),
    (re.compile(r"GS[EM]\d+", re.IGNORECASE), str.upper),
    (re.compile(r"PRJ[EDN][A-Z]\d+", re.IGNORECASE), str.upper),
    (re.compile(r"SAM[EDN][A-Z]?\d+", re.IGNORECASE), str.upper),
    (re.compile(r"[SED]R[APRSX]\d{6,}", re.IGNORECASE), str.upper),
    (re.compile(r"R?PXD\d{6}", re.IGNORECASE), str.upper),
    (re.compile(r"MTBLS\d+", re.IGNORECASE), str.upper),
    (re.compile(r"MSV\d{9}", re.IGNORECASE), str.upper),
    (re.compile(r"EGA[A-Z]\d{11}", re.IGNORECASE), str.upper),
    (re.compile(r"phs\d{6}(?:\.v\d+\.p\d+)?"), str),
)
_BEFORE = re.compile(r"^(?:https?://\S*[/=:]|[A-Za-z.]+:)(?=[^/\s]+/?$)")


def orcid(text: str) -> str | None:
    """Return ``https://orcid.org/…`` for an ORCID iD whose check digit is right."""
    written = text.strip()
    found = ORCID.match(f"{written[:-1]}X" if written.endswith("x") else written)
    if found is None:
        return None
    digits = found["id"].replace("-", "")
    right = orcid_check_digit(digits[:-1]) == digits[-1]
    return f"https://orcid.org/{found['id']}" if right else None


def ror(text: str) -> str | None:
    """Return ``https://ror.org/…`` for a ROR id whose check digits are right."""
    found = ror_id(text)
    right = found is not None and ror_check_digits(found[:7]) == found[7:]
    return f"https://ror.org/{found}" if right else None


def pubmed_id(text: str) -> str | None:
    """Return the digits of a PubMed id or its address."""
    found = _PUBMED.match(text.strip())
    return str(int(found["id"])) if found and int(found["id"]) else None


def pmc_id(text: str) -> str | None:
    """Return ``PMC…`` for an id of PubMed Central or its address."""
    found = _PMC.match(text.strip())
    return f"PMC{found['id']}" if found else None


def cellosaurus(text: str) -> str | None:
    """Return ``CVCL_…`` for an identifier of Cellosaurus or its address."""
    found = _CELLOSAURUS.match(text.strip())
    return f"CVCL_{found['id'].upper()}" if found else None


def rrid(text: str) -> str | None:
    """Return ``RRID:…`` for a Research Resource Identifier.

    Parameters
    ----------
    text
        With or without ``RRID:``; without it, only those of authorities that are known
        are told from other identifiers.
    """
    found = _RRID.match(text.strip())
    if found is None:
        return None
    who = _FOLDED.get(found["who"].casefold())
    if who is None:
        known = found["prefix"] is not None
        return f"RRID:{found['who']}_{found['id']}" if known else None
    if who == "MGI":
        joint, form = ":", found["id"]
    else:
        joint, form = "_", found["id"].upper() if who == "CVCL" else found["id"]
    return f"RRID:{who}{joint}{form}" if re.fullmatch(_AUTHORITIES[who], form) else None


def accession(text: str) -> str | None:
    """Return the accession of a record in a well-known archive, from its address too.

    Parameters
    ----------
    text
        ``s-biad144``, ``EMPIAR-10310``, ``https://…/studies/S-BIAD144``.
    """
    bare = _BEFORE.sub("", text.strip()).rstrip("/")
    for form, written in _ACCESSIONS:
        if form.fullmatch(bare):
            return written(bare)
    return cellosaurus(bare) or pmc_id(bare)
