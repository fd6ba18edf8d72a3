"""The sections and attributes of the BioImage Archive's template v5.

Names are compared by their letters alone: real records write `E-mail` and `email`,
`Organisation` and `organization`. Where later forms renamed something, both are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.metadata.pagetab_sections import letters, read_attributes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.metadata.load import Document
    from fairsubmit.metadata.pagetab_sections import Attribute

__all__ = ["attribute_of", "attributes_of", "sections_below", "template_of"]

_PERSON = ("Name", "E-mail", "Email", "Organisation", "Affiliation", "Role", "ORCID")
_ANNOTATION = (
    "Title",
    "Annotation Overview",
    "Annotation Type",
    "Annotation Method",
    "Annotation Confidence Level",
    "Annotation Criteria",
    "Annotation Coverage",
    "File List",
)
# BioImages.v5.json.ts: section and its fields.
_SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Study": (
        "Title",
        "ReleaseDate",
        "Description",
        "Keywords",
        "Acknowledgements",
        "License",
        "Funding statement",
    ),
    "Author": _PERSON,
    "Contact": _PERSON,
    "Organisation": ("Name", "Address", "RORID"),
    "Organization": ("Name", "Address", "RORID"),
    "Publication": ("Pubmed ID", "Title", "Authors", "DOI", "Year", "Type"),
    "Link": ("Link", "Description", "Type"),
    "Funding": ("Agency", "grant_id"),
    "Biosample": (
        "Title",
        "Organism",
        "Description",
        "Biological entity",
        "Experimental variable",
        "Extrinsic variable",
        "Intrinsic variable",
    ),
    "Specimen": ("Title", "Sample preparation protocol", "Growth protocol"),
    "Image acquisition": (
        "Title",
        "Imaging instrument",
        "Image acquisition parameters",
        "Imaging method",
    ),
    "Image correlation": (
        "Title",
        "Fiducials used",
        "Spatial and temporal alignment",
        "Transformation matrix",
    ),
    "Image analysis": ("Title", "Image analysis overview"),
    "Annotation": _ANNOTATION,
    "Annotations": _ANNOTATION,
    "Study Component": ("Name", "Description", "File List"),
    "Associations": (
        "Biosample",
        "Specimen",
        "Image acquisition",
        "Image correlation",
        "Image analysis",
    ),
}


_FIELDS = {
    letters(name): {letters(field): field for field in fields}
    for name, fields in _SECTIONS.items()
}
_BELOW_COMPONENT = {letters("Associations"): "Associations"}
_BELOW_STUDY = {letters(n): n for n in _SECTIONS if n not in {"Study", "Associations"}}


def attributes_of(section: str) -> dict[str, str]:
    """Return the fields of a section by their letters; none of one not known.

    Parameters
    ----------
    section
        Letters of its type.
    """
    return _FIELDS.get(section, {})


def sections_below(section: str) -> dict[str, str]:
    """Return the sections that may lie in another, by their letters.

    Parameters
    ----------
    section
        Letters of the type of the section above.
    """
    if section == letters("Study"):
        return _BELOW_STUDY
    return _BELOW_COMPONENT if section == letters("Study Component") else {}


def attribute_of(document: Document, name: str) -> Attribute | None:
    """Return an attribute of a submission in PageTab, not of its sections.

    Parameters
    ----------
    document
        PageTab; any other document has none.
    name
        Letters of its name.
    """
    if document.layout != "pagetab" or document.source is None:
        return None
    found = read_attributes(document.source.value, "")
    return next((each for each in found if each.name == name), None)


def template_of(document: Document) -> str:
    """Return the template that PageTab says it follows, ``""`` where it says none."""
    found = attribute_of(document, "template")
    return found.value if found else ""
