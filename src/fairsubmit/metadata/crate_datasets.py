"""Study components and annotation sets that an RO-Crate describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.metadata.crate_graph import values
from fairsubmit.metadata.crate_methods import PREPARED, WORDS
from fairsubmit.metadata.crate_parts import TITLE

if TYPE_CHECKING:
    from fairsubmit.metadata.crate_graph import Entity
    from fairsubmit.metadata.crate_parts import Parts

__all__ = ["ASSOCIATED", "add_datasets"]

# Field of an association: its list, and the properties of a dataset that say it.
ASSOCIATED: dict[str, tuple[str, tuple[str, ...]]] = {
    "biosample": ("biosamples", ("associatedBiologicalEntity",)),
    "specimen": (
        "specimens",
        ("associatedSpecimen", "associatedSpecimenImagingPreparationProtocol"),
    ),
    "acquisition": ("acquisitions", ("associatedImageAcquisitionProtocol",)),
    "correlation": ("correlations", ("associatedImageCorrelationMethod",)),
    "analysis": ("analyses", ("associatedImageAnalysisMethod",)),
}

# The files are those that the crate lists, whatever this pattern selects.
_ALL = "**"


def add_datasets(parts: Parts) -> None:
    """Add study components and annotation sets.

    Parameters
    ----------
    parts
        What is read so far.
    """
    root = parts.graph.root
    for entity in parts.graph.of_type("dataset"):
        methods = parts.graph.linked(entity, "associatedAnnotationMethod")
        if methods:
            _annotation(parts, entity, methods[0])
        elif _is_component(entity):
            _component(parts, entity)
    if root is not None and not parts.tree.get("components") and _has_files(root):
        _component(parts, root)


def _has_files(entity: Entity) -> bool:
    return bool(values(entity.value.get("hasPart")))


def _is_component(entity: Entity) -> bool:
    """Whether a dataset is more than a folder: files of its own, or methods."""
    said = (name for _, names in ASSOCIATED.values() for name in names)
    return bool(
        _has_files(entity)
        or "bia:Dataset" in values(entity.value.get("@type"))
        or any(entity.value.get(name) for name in said)
    )


def _annotation(parts: Parts, entity: Entity, method: Entity) -> None:
    part, pointer = parts.named("annotations", entity)
    parts.put(part, pointer, "overview", entity, ("description",))
    if "overview" not in part:
        parts.put(part, pointer, "overview", method, TITLE)
    for key, names in (
        ("method", WORDS),
        ("criteria", ("annotationCriteria",)),
        ("coverage", ("annotationCoverage",)),
    ):
        parts.put(part, pointer, key, method, names)
    parts.put(part, pointer, "license", entity, ("license",))
    types = parts.texts(method, "methodType")
    if types:
        part["types"] = types
        parts.remember(f"{pointer}/types", method, "methodType")
    part["files"] = {"include": [entity.path or _ALL]}


def _component(parts: Parts, entity: Entity) -> None:
    part, pointer = parts.named("components", entity)
    part["name"] = part.pop("title")
    parts.put(part, pointer, "name", entity, TITLE)
    parts.put(part, pointer, "description", entity, ("description",))
    part["files"] = {"include": [entity.path or _ALL]}
    uses = {field: _used(parts, field, entity) for field in ASSOCIATED}
    # the crate says what is used, not what goes with what
    count = max(map(len, uses.values()))
    if count:
        part["associations"] = [
            {f: found[min(n, len(found) - 1)] for f, found in uses.items() if found}
            for n in range(count)
        ]
        parts.remember(f"{pointer}/associations", entity)


def _used(parts: Parts, field: str, entity: Entity) -> list[str]:
    """Return ids of what a dataset is associated with, each once."""
    graph = parts.graph
    name, properties = ASSOCIATED[field]
    found = graph.linked(entity, *properties)
    if field == "specimen":
        found = [_specimen_of(parts, each) for each in found]
    if field == "biosample" and not found:
        specimens = graph.linked(entity, *ASSOCIATED["specimen"][1])
        owners = (_specimen_of(parts, each) for each in specimens)
        found = [s for each in owners for s in graph.linked(each, "biologicalEntity")]
    return list(dict.fromkeys(parts.id(name, each) for each in found))


def _specimen_of(parts: Parts, entity: Entity) -> Entity:
    """Return a specimen, given itself or its preparation."""
    if "specimen" not in entity.types:
        for specimen in parts.graph.of_type("specimen"):
            if entity in parts.graph.linked(specimen, *PREPARED):
                return specimen
    return entity
