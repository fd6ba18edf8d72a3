"""References of an RO-Crate lead to the kind of entity that they promise.

What it does
------------
Reports a dataset whose biosample is an analysis, a specimen whose preparation is no
protocol, and the like.

Why it is bad
-------------
The archive reads the wrong fields, or refuses the crate.

Example
-------
`"associatedImageAcquisitionProtocol": {"@id": "#analysis"}`.

How to fix
----------
Refer to an entity of the right type, or give the entity that type.

Source
------
BioImage Archive RO-Crate profile (bia-ro-crate 0.3.1), types of referenced objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.sources import at_entity, crate
from fairsubmit.metadata.crate_graph import identifiers

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# Property: the type that the profile asks of what it refers to, and its usual form.
_EXPECTED = {
    "associatedAnnotationMethod": "AnnotationMethod",
    "associatedBiologicalEntity": "BioSample",
    "associatedImageAcquisitionProtocol": "ImageAcquisitionProtocol",
    "associatedImageAnalysisMethod": "ImageAnalysisMethod",
    "associatedImageCorrelationMethod": "ImageCorrelationMethod",
    "associatedSpecimen": "Specimen",
    "associatedSpecimenImagingPreparationProtocol": (
        "SpecimenImagingPreparationProtocol"
    ),
    "biologicalEntity": "BioSample",
    "imagingPreparationProtocol": "SpecimenImagingPreparationProtocol",
    "organismClassification": "Taxon",
}


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None:
        return
    for entity in graph.entities:
        for name in _EXPECTED.keys() & entity.value.keys():
            wanted = _EXPECTED[name]
            for identifier in identifiers(entity.value[name]):
                other = graph.get(identifier)
                if other is not None and wanted.lower() not in other.types:
                    kinds = ", ".join(sorted(other.types)) or "nothing"
                    words = f"`{name}` leads to `{identifier}`, which is {kinds}"
                    advice = f"refer to an entity of type `bia:{wanted}`"
                    yield at_entity(graph, entity, words, advice, name=name)


RULE = Rule(
    code="CRT109",
    name="crate-reference-of-other-kind",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
