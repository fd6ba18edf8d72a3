"""Check and normalise identifiers offline: patterns and check digits."""

from __future__ import annotations

import re

__all__ = [
    "ORCID",
    "doi",
    "doi_in",
    "email_fault",
    "imaging_term",
    "invisible",
    "is_accession",
    "is_address",
    "is_curie",
    "orcid_check_digit",
    "ror_check_digits",
    "ror_id",
    "taxon",
    "visible",
]

ORCID = re.compile(
    r"^(?:https?://(?:www\.)?orcid\.org/)?(?P<id>\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?$"
)
_ROR = re.compile(
    r"^(?:https?://(?:www\.)?ror\.org/|ror\.org/)?(?P<id>0[a-hj-km-np-tv-z0-9]{6}\d{2})/?$"
)
# Crockford's base 32 without i, l, o and u, as ROR uses it
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
# zero-width and bidirectional control characters, byte order mark
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

_DOI_PREFIX = re.compile(
    r"^(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)", re.IGNORECASE
)
_DOI = re.compile(r"^10\.\d{4,9}(?:\.\d+)*/\S+$")
_DOI_INSIDE = re.compile(r"(?<!\d)1?(0\.\d{4,9}(?:\.\d+)*/[^\s\"<>]+)")
_ARXIV = re.compile(r"^arxiv:\s*(?P<id>\d{4}\.\d{4,5})(?:v\d+)?$", re.IGNORECASE)

_LOCAL = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_EMAIL = re.compile(
    rf"^{_LOCAL}@(?:{_LABEL}\.)+(?:[^\W\d_]{{2,}}|xn--[a-z0-9-]+)$", re.IGNORECASE
)
_EMAIL_INSIDE = re.compile(rf"{_LOCAL}@[\w.-]*\w")

_ADDRESS = re.compile(r"^(?:https?|ftps?|sftp|s3|gs)://[^\s/?#]+\S*$", re.IGNORECASE)
_CURIE = re.compile(r"^(?P<prefix>[A-Za-z][\w.-]*):(?!//)[^\s:]\S*$")
# Prefixes of identifiers.org that records about images use.
_PREFIXES = frozenset(
    [
        "addgene",
        "ark",
        "arrayexpress",
        "arxiv",
        "biomodels",
        "bioproject",
        "biosample",
        "biostudies",
        "biotools",
        "cellosaurus",
        "chebi",
        "cl",
        "cvcl",
        "doi",
        "efo",
        "emdb",
        "empiar",
        "ena",
        "ensembl",
        "fbbi",
        "flybase",
        "geo",
        "github",
        "go",
        "handle",
        "hdl",
        "idr",
        "isbn",
        "issn",
        "mgi",
        "metabolights",
        "mondo",
        "ncbigene",
        "ncbitaxon",
        "obi",
        "omim",
        "orcid",
        "pdb",
        "pmc",
        "pmcid",
        "pmid",
        "pride",
        "proteomexchange",
        "pubmed",
        "refseq",
        "ror",
        "rrid",
        "sra",
        "swh",
        "swissprot",
        "uberon",
        "uniprot",
        "urn",
        "wikidata",
        "zenodo",
        "zfin",
    ]
)
# Accessions that say by their form what they are.
_ACCESSION = re.compile(
    r"^(?:S-[A-Z]{2,6}\d+|E-[A-Z]{4}-\d+|EMPIAR-\d{4,}|EMD-\d{4,}|idr\d{4}(?:-\S+)?|"
    r"GSE\d+|GSM\d+|PRJ[EDN][A-Z]\d+|SAM[EDN][A-Z]?\d+|[SED]R[APRSX]\d{6,}|PXD\d{6}|"
    r"MTBLS\d+|MSV\d{9}|EGA[A-Z]\d{11}|PMC\d+|phs\d{6}\S*|CVCL_[A-Z0-9]{4}|"
    r"RRID:\S+)$"
)

_TAXON = re.compile(
    r"^(?:NCBITaxon:|https?://purl\.obolibrary\.org/obo/NCBITaxon_|"
    r"https?://(?:www\.)?ncbi\.nlm\.nih\.gov/(?:datasets/)?taxonomy/|"
    r"https?://(?:www\.)?ncbi\.nlm\.nih\.gov/Taxonomy/Browser/wwwtax\.cgi\?\S*?id=|"
    r"https?://identifiers\.org/taxonomy[:/])(?P<id>\d+)/?$",
    re.IGNORECASE,
)
_FBBI = re.compile(r"^(?:FBbi:|https?://purl\.obolibrary\.org/obo/FBbi_)(?P<id>\d{8})$")


def visible(text: str) -> str:
    """Return a text without zero-width and direction-changing characters."""
    return _INVISIBLE.sub("", text)


def invisible(text: str) -> list[str]:
    """Return the zero-width and direction-changing characters of a text."""
    return _INVISIBLE.findall(text)


def orcid_check_digit(digits: str) -> str:
    """Return the last character of an ORCID iD (ISO 7064 MOD 11-2).

    Parameters
    ----------
    digits
        The first 15 digits, without hyphens.
    """
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]


def ror_id(text: str) -> str | None:
    """Return the nine characters of a ROR id or its address, ``None`` otherwise."""
    found = _ROR.match(text.strip().lower())
    return found["id"] if found else None


def ror_check_digits(characters: str) -> str:
    """Return the last two digits of a ROR id (ISO 7064 MOD 97-10).

    Parameters
    ----------
    characters
        The first seven characters, Crockford base 32.
    """
    number = 0
    for character in characters:
        number = number * 32 + _BASE32.index(character)
    return f"{98 - number * 100 % 97:02d}"


def doi(text: str) -> str | None:
    """Return a DOI without one of its usual prefixes, ``None`` if it is none."""
    bare = _DOI_PREFIX.sub("", text.strip(), count=1)
    if not _DOI.match(bare) or bare[-1] in ".,;":
        return None
    return None if bare.endswith(")") and bare.count("(") < bare.count(")") else bare


def doi_in(text: str) -> str | None:
    """Return the DOI that is probably meant by a text that is no DOI."""
    arxiv = _ARXIV.match(text.strip())
    if arxiv:
        return f"10.48550/arXiv.{arxiv['id']}"
    found = _DOI_INSIDE.search(text)
    return doi("1" + found[1].rstrip(".,;)")) if found else None


def email_fault(text: str) -> tuple[str, str | None] | None:
    """Say what is wrong with an e-mail address.

    Returns
    -------
    tuple or None
        What is wrong, as the end of a sentence, and the address that is probably
        meant; ``None`` if it is one valid address.
    """
    if _EMAIL.match(text):
        return None
    inside = [a for a in dict.fromkeys(_EMAIL_INSIDE.findall(text)) if _EMAIL.match(a)]
    meant = inside[0] if len(inside) == 1 else None
    return _email_words(text, inside), meant


def _email_words(text: str, inside: list[str]) -> str:
    blank = re.search(r"\s", text) is not None
    faults = (
        ("@" not in text, "has no `@`"),
        (len(inside) > 1, "holds several addresses"),
        ("<" in text or (inside and blank), "holds more than the address"),
        (text.count("@") > 1, "has more than one `@`"),
        (".." in text, "has two dots in a row"),
        (blank, "has a blank in it"),
        ("." not in text.rpartition("@")[2], "has no domain like `example.org`"),
    )
    return next((words for true, words in faults if true), "is not a valid address")


def is_address(text: str) -> bool:
    """Whether a text is an absolute address (http, https, ftp, …)."""
    return _ADDRESS.match(text) is not None


def is_curie(text: str) -> bool:
    """Whether a text is a compact identifier with a prefix in common use."""
    found = _CURIE.match(text)
    return found is not None and found["prefix"].casefold() in _PREFIXES


def is_accession(text: str) -> bool:
    """Whether a text is an accession of a well-known archive, without prefix."""
    return _ACCESSION.match(text) is not None


def taxon(text: str) -> str | None:
    """Return ``NCBITaxon:…`` for a taxon identifier or address, else ``None``."""
    found = _TAXON.match(text.strip())
    return f"NCBITaxon:{int(found['id'])}" if found else None


def imaging_term(text: str) -> str | None:
    """Return ``FBbi:…`` for an FBbi identifier or address, else ``None``."""
    found = _FBBI.match(text.strip())
    return f"FBbi:{found['id']}" if found else None
