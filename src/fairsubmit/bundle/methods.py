"""Samples, methods, study components and annotation sets as RO-Crate entities."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fairsubmit.bundle.entities import Entities, Entity, license_url, term_url

if TYPE_CHECKING:
    from fairsubmit.metadata import (
        Annotation,
        Biosample,
        Component,
        Specimen,
        Submission,
    )

__all__ = ["add_methods", "annotation_entity", "component_entity"]


def add_methods(submission: Submission, hidden: Entities) -> None:
    """Add biosamples, specimens and every protocol of a submission."""
    for biosample in submission.biosamples:
        _biosample(hidden, biosample)
    for specimen in submission.specimens:
        _specimen(hidden, submission, specimen)
    for item in submission.acquisitions:
        hidden.add(
            f"#acquisition-{item.id}",
            ["bia:ImageAcquisitionProtocol"],
            name=item.title,
            description=item.parameters,
            imagingInstrumentDescription=item.instrument,
            imagingMethodName=[term.label for term in item.imaging_method],
            fbbiId=[term_url(term) for term in item.imaging_method if term.id],
        )
    for correlation in submission.correlations:
        hidden.add(
            f"#correlation-{correlation.id}",
            ["bia:ImageCorrelationMethod"],
            name=correlation.title,
            description=correlation.spatial_and_temporal_alignment,
            fiducialsUsed=correlation.fiducials_used,
            transformationMatrix=correlation.transformation_matrix,
        )
    for analysis in submission.analyses:
        hidden.add(
            f"#analysis-{analysis.id}",
            ["bia:ImageAnalysisMethod"],
            name=analysis.title,
            description=analysis.overview,
        )


def _biosample(hidden: Entities, item: Biosample) -> None:
    organisms = item.organism if isinstance(item.organism, list) else [item.organism]
    hidden.add(
        f"#biosample-{item.id}",
        ["bia:BioSample"],
        name=item.title,
        description=item.description or item.biological_entity,
        organismClassification=[
            hidden.add(
                term_url(organism) or f"#taxon-{quote(organism.label, safe='')}",
                ["bia:Taxon"],
                scientificName=organism.label,
            )
            for organism in organisms
        ],
        intrinsicVariableDescription=list(item.intrinsic_variables),
        extrinsicVariableDescription=list(item.extrinsic_variables),
        experimentalVariableDescription=list(item.experimental_variables),
    )


def _specimen(hidden: Entities, submission: Submission, specimen: Specimen) -> None:
    name = specimen.id
    protocol = hidden.add(
        f"#preparation-{name}",
        ["bia:SpecimenImagingPreparationProtocol"],
        name=specimen.title,
        description=specimen.sample_preparation,
    )
    growth = specimen.growth_protocol and hidden.add(
        f"#growth-{name}",
        ["bia:Protocol"],
        name=f"Growth of {specimen.title}",
        description=specimen.growth_protocol,
    )
    hidden.add(
        f"#specimen-{name}",
        ["bia:Specimen"],
        name=specimen.title,
        biologicalEntity=hidden.known(
            f"#biosample-{association.biosample}"
            for component in submission.components
            for association in component.associations
            if association.specimen == name
        ),
        imagingPreparationProtocol=[protocol],
        growthProtocol=growth or None,
    )


def component_entity(component: Component, hidden: Entities) -> Entity:
    """Describe a study component, without its files."""
    uses = component.associations
    specimens = hidden.known(f"#specimen-{use.specimen}" for use in uses)
    kinds = {
        "associatedBiologicalEntity": (f"#biosample-{u.biosample}" for u in uses),
        "associatedSpecimenImagingPreparationProtocol": (
            f"#preparation-{u.specimen}" for u in uses
        ),
        "associatedImageAcquisitionProtocol": (
            f"#acquisition-{u.acquisition}" for u in uses
        ),
        "associatedImageCorrelationMethod": (
            f"#correlation-{u.correlation}" for u in uses if u.correlation
        ),
        "associatedImageAnalysisMethod": (
            f"#analysis-{u.analysis}" for u in uses if u.analysis
        ),
    }
    found = {key: hidden.known(identifiers) for key, identifiers in kinds.items()}
    return {
        "@type": ["Dataset", "bia:Dataset", "bia:RembiDataset"],
        "name": component.name,
        "description": component.description,
        # One value in the profile; further specimens are found through their samples.
        **({"associatedSpecimen": specimens[0]} if len(specimens) == 1 else {}),
        **{key: value for key, value in found.items() if value},
    }


def annotation_entity(annotation: Annotation, hidden: Entities) -> Entity:
    """Describe an annotation set, without its files."""
    method = hidden.add(
        f"#annotation-method-{annotation.id}",
        ["bia:AnnotationMethod"],
        name=annotation.title,
        description=annotation.method,
        methodType=list(annotation.types),
        annotationCriteria=annotation.criteria,
        annotationCoverage=annotation.coverage,
    )
    return {
        "@type": ["Dataset", "bia:Dataset", "bia:MifaDataset"],
        "name": annotation.title,
        "description": annotation.overview,
        "associatedAnnotationMethod": [method],
        **({"license": license_url(annotation.license)} if annotation.license else {}),
    }
