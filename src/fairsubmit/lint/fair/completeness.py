"""How much of REMBI and MIFA is filled in, module by module: counts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fairsubmit.lint.tree import is_blank, mapping_at, parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.metadata.load import Document

__all__ = ["Completeness", "completeness"]


class _Module(NamedTuple):
    standard: str
    name: str
    section: str
    required: tuple[str, ...]
    recommended: tuple[str, ...]


# REMBI 1.5 and MIFA 1.0: what they require and what they have beside it, by the fields
# of the submission; REMBI's image data are read from the images themselves.
_MODULES: Final = (
    _Module(
        "REMBI",
        "Study",
        "/study",
        ("title", "description", "release_date", "keywords"),
        ("license", "funding", "publications", "links", "acknowledgements"),
    ),
    _Module(
        "REMBI",
        "Author",
        "/authors",
        ("name", "affiliations"),
        ("email", "orcid", "roles"),
    ),
    _Module("REMBI", "Organisation", "/organisations", ("name",), ("ror", "address")),
    _Module(
        "REMBI",
        "Study component",
        "/components",
        ("name", "description", "associations", "files"),
        (),
    ),
    _Module(
        "REMBI",
        "Biosample",
        "/biosamples",
        ("organism", "biological_entity"),
        (
            "description",
            "intrinsic_variables",
            "extrinsic_variables",
            "experimental_variables",
        ),
    ),
    _Module(
        "REMBI",
        "Specimen",
        "/specimens",
        ("sample_preparation",),
        (
            "growth_protocol",
            "experimental_status",
            "location_within_biosample",
            "channels",
        ),
    ),
    _Module(
        "REMBI",
        "Image acquisition",
        "/acquisitions",
        ("imaging_method", "instrument", "parameters"),
        (),
    ),
    _Module(
        "REMBI",
        "Image correlation",
        "/correlations",
        ("spatial_and_temporal_alignment", "fiducials_used", "transformation_matrix"),
        (),
    ),
    _Module("REMBI", "Image analysis", "/analyses", ("overview",), ("software",)),
    _Module(
        "MIFA",
        "Study",
        "/study",
        ("title", "description", "license", "funding_statement"),
        ("publications", "funding", "links", "keywords", "acknowledgements"),
    ),
    _Module(
        "MIFA",
        "Annotations",
        "/annotations",
        ("overview", "method", "files"),
        ("types", "authors", "criteria", "coverage", "confidence"),
    ),
)


class Completeness(NamedTuple):
    """A module of a standard.

    Attributes
    ----------
    standard, module
        Their names.
    parts
        How many there are: biosamples, specimens, ….
    required, recommended
        Fields that are filled in, and fields there are, over all parts.
    missing
        JSON pointers of required fields that are not.
    """

    standard: str
    module: str
    parts: int
    required: tuple[int, int]
    recommended: tuple[int, int]
    missing: tuple[str, ...]


def completeness(document: Document) -> Iterator[Completeness]:
    """Count the fields that are filled in; MIFA only where there are annotations.

    Parameters
    ----------
    document
        The submission, of any layout.
    """
    annotated = any(parts(document, "/annotations"))
    for module in _MODULES:
        if module.standard == "MIFA" and not annotated:
            continue
        yield _count(module, list(_parts(document, module.section)))


def _parts(
    document: Document, section: str
) -> Iterator[tuple[str, Mapping[str, object]]]:
    one = mapping_at(document, section)
    if one is not None:
        yield section, one
    else:
        yield from parts(document, section)


def _count(
    module: _Module, found: list[tuple[str, Mapping[str, object]]]
) -> Completeness:
    missing = tuple(
        f"{pointer}/{name}"
        for pointer, part in found
        for name in module.required
        if is_blank(part.get(name))
    )
    required = len(found) * len(module.required)
    filled = sum(
        not is_blank(part.get(name)) for _, part in found for name in module.recommended
    )
    return Completeness(
        module.standard,
        module.name,
        len(found),
        (required - len(missing), required),
        (filled, len(found) * len(module.recommended)),
        missing,
    )
