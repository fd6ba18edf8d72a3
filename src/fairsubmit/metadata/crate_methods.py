"""Samples and methods that an RO-Crate describes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.crate_graph import identifiers, plain, values
from fairsubmit.metadata.crate_parts import TITLE

if TYPE_CHECKING:
    from fairsubmit.metadata.crate_graph import Entity
    from fairsubmit.metadata.crate_parts import Parts

__all__ = ["PREPARED", "WORDS", "add_methods", "curie"]

_TERM = re.compile(
    r"(?:^|[/:])(?P<ontology>FBbi|NCBITaxon)[_:](?P<id>\d+)$", re.IGNORECASE
)
_TXID = re.compile(r"(?:txid|[?&]id=)(?P<id>\d+)$", re.IGNORECASE)
_ONTOLOGIES = {"fbbi": "FBbi", "ncbitaxon": "NCBITaxon"}
# Properties that tell what was done.
WORDS = ("protocolDescription", "description")
# List of the submission: types of its entities.
_KINDS = {
    "biosamples": ("biosample", "biochementity"),
    "specimens": ("specimen",),
    "acquisitions": ("imageacquisitionprotocol", "image_acquisition"),
    "correlations": ("imagecorrelationmethod",),
    "analyses": ("imageanalysismethod",),
}
# Field of the submission: names of the property, in the order they are asked.
_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "biosamples": {
        "biological_entity": (
            "biologicalEntityDescription",
            "description",
            "biologicalEntity",
        ),
    },
    "specimens": {},
    "acquisitions": {
        "instrument": ("imagingInstrumentDescription", "instrument"),
        "parameters": WORDS,
    },
    "correlations": {
        "spatial_and_temporal_alignment": WORDS,
        "fiducials_used": ("fiducialsUsed",),
        "transformation_matrix": ("transformationMatrix",),
    },
    "analyses": {"overview": WORDS},
}
_LISTS = {
    "intrinsic_variables": "intrinsicVariableDescription",
    "extrinsic_variables": "extrinsicVariableDescription",
    "experimental_variables": "experimentalVariableDescription",
}
_ORGANISM = ("organismClassification", "organism_classification", "taxonomicRange")
# Properties of a specimen that lead to its preparation.
PREPARED = ("imagingPreparationProtocol", "preparation_method")
# What the dataset itself is about and was measured by: GIDE profile, and the context
# of the OME-NGFF challenge with its slip of the pen.
_SUBJECTS = ("about", "biological_entity")
_MEASURED = ("measurementMethod", "acquisition_method", "acquisiton_method")


def add_methods(parts: Parts) -> None:
    """Add biosamples, specimens and every method.

    Parameters
    ----------
    parts
        What is read so far.
    """
    for name, types in _KINDS.items():
        for entity in parts.graph.of_type(*types):
            _add(parts, name, entity)
    _preparations(parts)
    root = parts.graph.root
    for owner in [root, *parts.graph.of_type("dataset")] if root else []:
        _subjects(parts, owner)
        _measured(parts, owner)


def _add(parts: Parts, name: str, entity: Entity) -> None:
    part, pointer = parts.named(name, entity)
    for key, names in _FIELDS[name].items():
        parts.put(part, pointer, key, entity, names)
    if name == "biosamples":
        for key, each in _LISTS.items():
            said = parts.texts(entity, each)
            if said:
                part[key] = said
                parts.remember(f"{pointer}/{key}", entity, each)
        _organisms(parts, part, pointer, entity)
    elif name == "specimens":
        _protocols(parts, part, pointer, entity)
    elif name == "acquisitions":
        _imaging(parts, part, pointer, entity)


def _organisms(parts: Parts, part: dict[str, Any], pointer: str, of: Entity) -> None:
    for name in _ORGANISM:
        found = [_taxon(parts, item) for item in values(of.value.get(name))]
        terms = [term for term in found if term]
        if terms:
            part["organism"] = terms
            parts.remember(f"{pointer}/organism", of, name)
            return


def _taxon(parts: Parts, item: object) -> dict[str, str]:
    name = next(identifiers(item), plain(item))
    taxon = parts.graph.get(name)
    label = ""
    if taxon is not None:
        said = (plain(taxon.value.get(n)) for n in ("scientificName", *TITLE))
        label = next((text for text in said if text), "")
    identifier = curie(name)
    return _term(label or ("" if identifier else name), identifier)


def _term(label: str, identifier: str) -> dict[str, str]:
    found = {"label": label, "id": identifier}
    return {key: value for key, value in found.items() if value}


def _protocols(parts: Parts, part: dict[str, Any], pointer: str, of: Entity) -> None:
    for key, names in (
        ("sample_preparation", PREPARED),
        ("growth_protocol", ("growthProtocol",)),
    ):
        for protocol in parts.graph.linked(of, *names)[:1]:
            parts.put(part, pointer, key, protocol, WORDS)


def _preparations(parts: Parts) -> None:
    """Take preparations that no specimen of the crate refers to for specimens."""
    graph = parts.graph
    specimens = graph.of_type("specimen")
    used = {each.id for one in specimens for each in graph.linked(one, *PREPARED)}
    alone = [*graph.of_type("specimenimagingpreparationprotocol")]
    for dataset in graph.of_type("dataset"):
        alone += graph.linked(dataset, "preparation_method")
    for entity in alone:
        if entity.id not in used:
            part, pointer = parts.named("specimens", entity)
            parts.put(part, pointer, "sample_preparation", entity, WORDS)


def _imaging(parts: Parts, part: dict[str, Any], pointer: str, of: Entity) -> None:
    labels = parts.texts(of, "imagingMethodName")
    names = ("fbbiId", "fbbi_id")
    written = next((found for n in names if (found := parts.texts(of, n))), [])
    ids = [curie(text) or text for text in written]
    if len(ids) == len(labels):
        terms = [_term(*pair) for pair in zip(labels, ids, strict=True)]
    else:
        terms = [_term(label, "") for label in labels] or [_term("", i) for i in ids]
    if terms:
        part["imaging_method"] = terms
        name = "imagingMethodName" if labels else names[0]
        parts.remember(f"{pointer}/imaging_method", of, name)


def _subjects(parts: Parts, owner: Entity) -> None:
    """Take each organism that a dataset is about for a biosample."""
    for taxon in parts.graph.linked(owner, *_SUBJECTS):
        if "taxon" in taxon.types and not parts.known("biosamples", taxon):
            part, pointer = parts.named("biosamples", taxon)
            part["organism"] = [_taxon(parts, {"@id": taxon.id})]
            parts.remember(f"{pointer}/organism", taxon)


def _measured(parts: Parts, owner: Entity) -> None:
    """Take each method that a dataset was measured by for an acquisition."""
    for entity in parts.graph.linked(owner, *_MEASURED):
        if parts.known("acquisitions", entity):
            continue
        part, pointer = parts.named("acquisitions", entity)
        terms = parts.graph.linked(entity, "measurementTechnique") or [entity]
        found = [_method_term(parts, term) for term in terms]
        part["imaging_method"] = [term for term in found if term]
        parts.remember(f"{pointer}/imaging_method", entity)
        if "labprotocol" in entity.types:
            parts.put(part, pointer, "parameters", entity, WORDS)


def _method_term(parts: Parts, entity: Entity) -> dict[str, str]:
    label = next(iter(parts.texts(entity, "name")), "")
    written = (entity.id, *values(entity.value.get("@type")))
    found = (curie(text) for text in written if isinstance(text, str))
    return _term(label, next((text for text in found if text), ""))


def curie(written: str) -> str:
    """Return an identifier of FBbi or NCBITaxon as a CURIE, ``""`` for all others."""
    bare = written.strip()
    if found := _TERM.search(bare):
        return f"{_ONTOLOGIES[found['ontology'].lower()]}:{found['id']}"
    txid = _TXID.search(bare)
    return f"NCBITaxon:{txid['id']}" if txid else ""
