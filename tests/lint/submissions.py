"""Submissions that nothing is wrong with, drawn at random."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from fairsubmit.lint.identifiers import orcid_check_digit, ror_check_digits

TODAY = date(2026, 11, 22)
# no shrinking: the examples are large, and it would take minutes
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SLOW = settings(
    max_examples=60,
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow],
)

words = st.text("abcdefghijklmnopqrstuvwxyzäéñ αβ", min_size=1, max_size=30)
text = words.map(str.strip).filter(bool).map(lambda word: f"a {word} b")
long_text = text.map(lambda word: f"{word} that is long enough to be of use")
# no id can be a number or a word that another rule takes for a placeholder
names = st.from_regex(r"n[A-Za-z0-9_.-]{0,8}", fullmatch=True)


@st.composite
def orcids(draw: st.DrawFn) -> str:
    digits = draw(st.text("0123456789", min_size=15, max_size=15))
    whole = digits + orcid_check_digit(digits)
    return "-".join(whole[at : at + 4] for at in range(0, 16, 4))


@st.composite
def rors(draw: st.DrawFn) -> str:
    first = "0" + draw(
        st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=6, max_size=6)
    )
    return f"https://ror.org/{first}{ror_check_digits(first)}"


def optional(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def submissions(draw: st.DrawFn) -> dict[str, Any]:
    def part(required: dict[str, Any], more: dict[str, Any], ident: str) -> Any:
        return {
            "id": ident,
            **{key: draw(value) for key, value in required.items()},
            **draw(optional(more)),
        }

    def some(least: int) -> list[str]:
        return draw(st.lists(names, min_size=least, max_size=3, unique=True))

    ids = {name: some(1) for name in ("organisations", "b", "s", "a", "components")}
    ids["x"] = some(0)
    author = {
        "name": text,
        "email": st.just("a@example.org"),
        "affiliations": st.lists(
            st.sampled_from(ids["organisations"]), min_size=1, max_size=2
        ),
    }
    association = {
        "biosample": st.sampled_from(ids["b"]),
        "specimen": st.sampled_from(ids["s"]),
        "acquisition": st.sampled_from(ids["a"]),
    }
    analysis = {"analysis": st.sampled_from(ids["x"])} if ids["x"] else {}
    organism = st.sampled_from(
        [
            {"label": "Homo sapiens", "id": "NCBITaxon:9606"},
            {"label": "Mus musculus (mouse)"},
            [{"label": "Danio rerio"}, {"label": "E. coli", "id": "NCBITaxon:562"}],
        ]
    )
    method = st.sampled_from(
        [
            {"label": "confocal microscopy", "id": "FBbi:00000251"},
            {"label": "FRAP"},
        ]
    )
    return {
        "fairsubmit": "1",
        "study": {
            "title": draw(long_text),
            "description": draw(long_text),
            "keywords": draw(st.lists(text, min_size=1, max_size=3)),
            "license": draw(st.sampled_from(["CC0-1.0", "CC-BY-4.0"])),
            "release_date": draw(st.dates(TODAY, date(2028, 11, 22)).map(str)),
            **draw(optional({"acknowledgements": text, "funding_statement": text})),
        },
        "authors": [
            {
                **{key: draw(value) for key, value in author.items()},
                **draw(optional({"orcid": orcids()})),
            }
            for _ in range(draw(st.integers(1, 3)))
        ],
        "organisations": [
            part({"name": text}, {"ror": rors(), "address": text}, i)
            for i in ids["organisations"]
        ],
        "biosamples": [
            part(
                {"title": text, "organism": organism, "biological_entity": text},
                {"description": text, "intrinsic_variables": st.lists(text)},
                i,
            )
            for i in ids["b"]
        ],
        "specimens": [
            part(
                {"title": text, "sample_preparation": text},
                {"growth_protocol": text},
                i,
            )
            for i in ids["s"]
        ],
        "acquisitions": [
            part(
                {
                    "title": text,
                    "imaging_method": st.lists(method, min_size=1, max_size=2),
                    "instrument": text,
                    "parameters": text,
                },
                {},
                i,
            )
            for i in ids["a"]
        ],
        "analyses": [part({"title": text, "overview": text}, {}, i) for i in ids["x"]],
        "components": [
            part(
                {
                    "name": text,
                    "description": text,
                    "associations": st.lists(
                        st.fixed_dictionaries(association, optional=analysis),
                        min_size=1,
                        max_size=2,
                    ),
                    "files": st.just({"include": ["raw"]}),
                },
                {},
                i,
            )
            for i in ids["components"]
        ],
    }


def written(tree: object) -> bytes:
    """Write a submission as YAML."""
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode()
