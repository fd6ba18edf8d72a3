"""What EMPIAR asks of a deposition: its schema as a table.

Facts of ``empiar_deposition.schema.json`` as empiar-depositor 1.6 has it, in words that
a person can act on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "COUNTRIES",
    "DEPOSITION",
    "EXPERIMENTS",
    "MOST_NAME",
    "MOST_ORGANISATION",
    "REFUSED_IN_NAMES",
    "RELEASES",
    "TITLE_LENGTH",
    "Asked",
    "Fault",
    "faults",
]

TITLE_LENGTH = (10, 255)
MOST_NAME = 60
MOST_ORGANISATION = 255
REFUSED_IN_NAMES: Final = re.compile(r"[0-9!\"£$%^&*()]")
RELEASES: Final[Mapping[str, str]] = {
    "RE": "as soon as it is processed",
    "EP": "with the entry of EMDB",
    "HP": "with the paper",
    "HO": "a year after the deposition",
}
EXPERIMENTS: Final[Mapping[int, str]] = {
    1: "soft X-ray tomography",
    2: "simulated data",
    3: "raw data of structures in EMDB",
    4: "serial block-face SEM",
    5: "focused ion beam SEM",
    6: "integrative hybrid modelling",
    7: "correlative light and electron microscopy",
    8: "correlative light and X-ray microscopy",
    9: "microcrystal electron diffraction",
    11: "ATUM-SEM",
    12: "hard X-ray or X-ray microCT",
    13: "ssET",
}
_ISO_3166 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AZ BA BB BD BE BF BG BH BI BJ BL
BM BN BO BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV
CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB
GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE
IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB
LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS
MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH
PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK
SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV
TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
# Alpha-2 codes.
COUNTRIES: Final = frozenset(_ISO_3166.split())
_WORDS = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "mapping": "`{…}`",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What one value must be.

    Attributes
    ----------
    kind
        ``text``, ``integer``, ``number``, ``boolean``, ``list`` or ``mapping``.
    required
        Whether it must be there.
    nullable
        Whether it may be null.
    form, example
        Expression that a text matches, and one that does.
    least, most
        Length of a text, number of items, or size of a number.
    choices
        All values there are.
    items, fields
        What is in it.
    personal
        Whether it is about a person or the title: EMP102.
    """

    kind: str
    required: bool = False
    nullable: bool = False
    form: re.Pattern[str] | None = None
    example: str = ""
    least: int | None = None
    most: int | None = None
    choices: frozenset[Any] = frozenset()
    items: Asked | None = None
    fields: Mapping[str, Asked] = field(default_factory=dict)
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that is not what is asked.

    Attributes
    ----------
    pointer
        JSON pointer to it, or to where it is missing.
    message, advice
        What is wrong, and what to do.
    personal
        As `Asked`.
    """

    pointer: str
    message: str
    advice: str
    personal: bool = False


def _text(**more: Any) -> Asked:  # noqa: ANN401 - fields of `Asked`
    return Asked("text", **more)


def _maybe(kind: str = "text", **more: Any) -> Asked:  # noqa: ANN401 - fields of `Asked`
    return Asked(kind, nullable=True, **more)


def _list(items: Asked, **more: Any) -> Asked:  # noqa: ANN401 - fields of `Asked`
    return Asked("list", items=items, **more)


def _mapping(**fields: Asked) -> Asked:
    return Asked("mapping", fields=fields)


def _form(expression: str, example: str) -> dict[str, Any]:
    return {"form": re.compile(expression), "example": example}


_NAME = _form(r"[^0-9!\"£$%^&*()]+", "Ada")
_PAIR = _form(r"\('[^0-9!\"£$%^&*()]+', '[^0-9!\"£$%^&*()]+'\)", "('Lovelace', 'A')")
_ORCID = _form(r"([0-9]{4}-){3}[0-9]{3}[0-9X]", "0000-0002-1825-0097")
_CODE = _form(r"\('T(1[0-4]|[1-9])', ''\)|\('OT', '[^\0]+'\)", "('T1', '')")
_FORMAT = _form(r"\('T(1[0-4]|[1-9])', ''\)|\('OT', '[A-Z0-9 ]+'\)", "('T3', '')")
_VOXEL = _form(r"\('T[1-9]', ''\)|\('OT', '[A-Z0-9 ]+'\)", "('T3', '')")
_MAIL = _form(r"[^@\s]+@[^@\s]+\.[^@\s]+", "ada@example.org")
_CREATOR = _mapping(
    name=_text(required=True, personal=True, **_PAIR),
    order_id=Asked("integer", required=True),
    author_orcid=_maybe(**_ORCID),
)
_PERSON = {
    "author_orcid": _maybe(**_ORCID),
    "first_name": _text(required=True, personal=True, most=MOST_NAME, **_NAME),
    "middle_name": _maybe(personal=True, most=MOST_NAME, **_NAME),
    "last_name": _text(required=True, personal=True, most=MOST_NAME, **_NAME),
    "organization": _text(required=True, personal=True, most=MOST_ORGANISATION),
    "street": _maybe(personal=True, most=255),
    "town_or_city": _text(personal=True, most=60),
    "state_or_province": _maybe(personal=True, most=60),
    "post_or_zip": _text(personal=True, most=60),
    "telephone": _maybe(personal=True, most=60),
    "fax": _maybe(personal=True, most=60),
    "email": _text(required=True, personal=True, **_MAIL),
    "country": _text(required=True, personal=True, choices=COUNTRIES, example="GB"),
}
_IMAGES = _mapping(
    name=_text(required=True, most=200),
    directory=_text(required=True, most=200, **_form(r"[^\0]+", "data/stacks")),
    category=_text(required=True, **_CODE),
    header_format=_text(required=True, **_FORMAT),
    data_format=_text(required=True, **_FORMAT),
    num_images_or_tilt_series=Asked("integer", required=True),
    frames_per_image=Asked("integer", required=True),
    frame_range_min=_maybe("integer"),
    frame_range_max=_maybe("integer"),
    voxel_type=_text(required=True, **_VOXEL),
    pixel_width=_maybe("number"),
    pixel_height=_maybe("number"),
    details=_maybe(),
    micrographs_file_pattern=_maybe(most=200),
    picked_particles_file_pattern=_maybe(most=200),
    picked_particles_directory=_maybe(most=200),
    image_width=_maybe("integer"),
    image_height=_maybe("integer"),
)
_PAPER = _mapping(
    authors=_list(_CREATOR, required=True, least=1),
    editors=_list(_CREATOR),
    published=Asked("boolean", required=True),
    j_or_nj_citation=Asked("boolean", required=True),
    title=_text(required=True, most=255),
    volume=_maybe(most=8),
    country=_maybe(choices=COUNTRIES, example="GB"),
    first_page=_maybe(most=8),
    last_page=_maybe(most=8),
    year=_maybe("integer", least=1000, most=9999),
    language=_maybe(most=40),
    doi=_maybe(most=80, **_form(r"10.[0-9]{4,9}/[-._;()/:A-z0-9]+", "10.1038/s41592")),
    pubmedid=_maybe(most=20, **_form(r"[0-9]{1,8}((.[0-9]+)?)", "34654919")),
    details=_maybe(most=65535),
    book_chapter_title=_maybe(most=80),
    publisher=_maybe(most=80),
    publication_location=_maybe(most=80),
    journal=_maybe(),
    journal_abbreviation=_maybe(),
    issue=_maybe(),
)


def _named(expression: str, example: str) -> Asked:
    return _list(_mapping(name=_text(**_form(expression, example))))


DEPOSITION: Final = _mapping(
    title=_text(
        required=True, personal=True, least=TITLE_LENGTH[0], most=TITLE_LENGTH[1]
    ),
    release_date=_text(required=True, choices=frozenset(RELEASES), example="RE"),
    experiment_type=Asked("integer", required=True, choices=frozenset(EXPERIMENTS)),
    scale=_text(**_form("[1-5]", "3")),
    cross_references=_named(r"(EMD)-[0-9]{4,}", "EMD-1234"),
    biostudies_references=_named("S-.*", "S-BIAD1234"),
    idr_references=_named("idr.*", "idr0001"),
    empiar_references=_named(r"EMPIAR-\d+", "EMPIAR-10001"),
    workflows=_list(
        _mapping(
            url=_text(**_form("https://.+", "https://doi.org/10.48546/…")),
            type=Asked("integer", choices=frozenset({1})),
        )
    ),
    authors=_list(_CREATOR, required=True, least=1),
    corresponding_author=Asked("mapping", required=True, fields=_PERSON),
    principal_investigator=_list(_mapping(**_PERSON), required=True, least=1),
    workflow_file=_mapping(path=_maybe(required=True, most=200)),
    imagesets=_list(_IMAGES, required=True, least=1),
    citation=_list(_PAPER, required=True, least=1),
)


def faults(
    value: object, asked: Asked = DEPOSITION, pointer: str = ""
) -> Iterator[Fault]:
    """Return what is not as it is asked, of a value and all in it.

    Parameters
    ----------
    value
        Plain data of JSON.
    asked
        What it must be.
    pointer
        Its JSON pointer.
    """
    if value is None and asked.nullable:
        return
    if not _is(value, asked.kind):
        name = pointer.rpartition("/")[2] or "the deposition"
        words = f"`{name}` must be {_WORDS[asked.kind]}"
        yield Fault(pointer, words, _advice(asked), asked.personal)
    elif isinstance(value, dict):
        yield from _of_mapping(value, asked, pointer)
    elif isinstance(value, list):
        yield from _of_list(value, asked, pointer)
    else:
        fault = _of_scalar(value, asked)
        if fault is not None:
            yield Fault(pointer, fault, _advice(asked), asked.personal)


def _is(value: object, kind: str) -> bool:
    known: dict[str, type | tuple[type, ...]] = {
        "text": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "list": list,
        "mapping": dict,
    }
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, known[kind])


def _of_mapping(
    value: Mapping[str, Any], asked: Asked, pointer: str
) -> Iterator[Fault]:
    for name, below in asked.fields.items():
        if name in value:
            yield from faults(value[name], below, f"{pointer}/{name}")
        elif below.required:
            words = f"`{name}` is missing"
            yield Fault(pointer, words, _advice(below, name), below.personal)


def _of_list(value: list[Any], asked: Asked, pointer: str) -> Iterator[Fault]:
    if asked.least is not None and len(value) < asked.least:
        name = pointer.rpartition("/")[2]
        words = f"`{name}` has no item; at least one is needed"
        yield Fault(pointer, words, "add one")
    for index, item in enumerate(value if asked.items else []):
        if asked.items is not None:
            yield from faults(item, asked.items, f"{pointer}/{index}")


def _of_scalar(value: object, asked: Asked) -> str | None:
    """Return what is wrong with a text or number, ``None`` where it is right."""
    if asked.choices and value not in asked.choices:
        return f"`{value}` is none of the values that EMPIAR takes"
    if isinstance(value, str):
        return _of_text(value, asked)
    least, most = asked.least, asked.most
    if isinstance(value, int) and least is not None and most is not None:
        between = least <= value <= most
        return None if between else f"`{value}` is not between {least} and {most}"
    return None


def _of_text(value: str, asked: Asked) -> str | None:
    if asked.least is not None and len(value) < asked.least:
        return f"`{value}` has {len(value)} of at least {asked.least} characters"
    if asked.most is not None and len(value) > asked.most:
        return f"`{value}` has {len(value)} of at most {asked.most} characters"
    if asked.form is not None and not asked.form.fullmatch(value):
        refused = (
            REFUSED_IN_NAMES.search(value) if asked.form is _NAME["form"] else None
        )
        if refused:
            return f"`{value}` holds `{refused[0]}`, which no name has"
        return f"`{value}` is not written as EMPIAR reads it"
    return None


def _advice(asked: Asked, name: str = "") -> str:
    what = f"add `{name}`, " if name else ""
    if asked.choices and len(asked.choices) < len(COUNTRIES):
        known = ", ".join(f"`{each}`" for each in sorted(asked.choices))
        return f"{what}one of {known}"
    if asked.choices:
        return f"{what}two letters of ISO 3166, e.g. `{asked.example}`"
    if asked.example:
        return f"{what}e.g. `{asked.example}`"
    if asked.least is not None and asked.kind == "text":
        return f"write {asked.least} to {asked.most} characters"
    if asked.most is not None and asked.kind == "text" and not name:
        return f"write no more than {asked.most} characters"
    return f"{what}{_WORDS[asked.kind]}" if name else f"write {_WORDS[asked.kind]}"
