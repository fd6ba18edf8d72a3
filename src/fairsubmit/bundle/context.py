"""The JSON-LD terms of the RO-Crate beyond those of RO-Crate 1.1 itself.

The terms and their addresses are those of the BioImage Archive's RO-Crate profile
(``bia-ro-crate generate-context``, version 0.3.1), so that its tools read the crate.
"""

from __future__ import annotations

from typing import Any

__all__ = ["BIA", "CONTEXT", "RO_CRATE"]

# RO-Crate 1.1, section "RO-Crate Metadata File Descriptor".
RO_CRATE = "https://w3id.org/ro/crate/1.1"
BIA = "http://bia/"

_PREFIXES = {
    "bia": BIA,
    "csvw": "http://www.w3.org/ns/csvw#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "http://schema.org/",
}
_SINGLE = {
    "acknowledgement": "bia:acknowledgement",
    "additionalType": "schema:additionalType",
    "address": "schema:address",
    "annotationCoverage": "bia:annotationCoverage",
    "annotationCriteria": "bia:annotationCriteria",
    "associatedSpecimen": "bia:associatedSubject",
    "authorNames": "bia:authorNames",
    "columnName": "csvw:name",
    "datePublished": "schema:datePublished",
    "description": "schema:description",
    "doi": "bia:doi",
    "email": "schema:email",
    "fiducialsUsed": "bia:fiducialsUsed",
    "fundingStatement": "bia:fundingStatement",
    "growthProtocol": "bia:growthProtocol",
    "identifier": "schema:identifier",
    "imagingInstrumentDescription": "bia:imagingInstrumentDescription",
    "license": "schema:license",
    "name": "schema:name",
    "propertyUrl": "csvw:propertyUrl",
    "pubmedId": "bia:pubmedId",
    "scientificName": "http://rs.tdwg.org/dwc/terms/scientificName",
    # schema.org; the context of RO-Crate 1.1 predates the term.
    "sha256": "schema:sha256",
    "tableSchema": "csvw:tableSchema",
    "transformationMatrix": "bia:transformationMatrix",
    "yearPublished": "bia:yearPublished",
}
_SETS = {
    "associatedAnnotationMethod": "bia:associatedAnnotationMethod",
    "associatedBiologicalEntity": "bia:associatedBiologicalEntity",
    "associatedImageAcquisitionProtocol": "bia:associatedImageAcquisitionProtocol",
    "associatedImageAnalysisMethod": "bia:associatedAnalysisMethod",
    "associatedImageCorrelationMethod": "bia:associatedCorrelationMethod",
    "associatedSpecimenImagingPreparationProtocol": (
        "bia:associatedImagingPreparationProtocol"
    ),
    "author": "schema:author",
    "biologicalEntity": "bia:sampleOf",
    "column": "csvw:column",
    "experimentalVariableDescription": "bia:experimentalVariableDescription",
    "extrinsicVariableDescription": "bia:extrinsicVariableDescription",
    "fbbiId": "bia:fbbiId",
    "funder": "schema:funder",
    "funding": "schema:funding",
    "hasPart": "schema:hasPart",
    "imagingMethodName": "bia:imagingMethodName",
    "imagingPreparationProtocol": "bia:imagingPreparationProtocol",
    "intrinsicVariableDescription": "bia:intrinsicVariableDescription",
    "keywords": "schema:keywords",
    "memberOf": "schema:memberOf",
    "methodType": "bia:annotationMethodType",
    "organismClassification": "schema:taxonomicRange",
    "relatedPublication": "bia:relatedPublication",
    "role": "bia:role",
    "seeAlso": "http://www.w3.org/2000/01/rdf-schema#seeAlso",
}

CONTEXT: list[str | dict[str, Any]] = [
    f"{RO_CRATE}/context",
    {
        **_PREFIXES,
        **{term: {"@id": address} for term, address in _SINGLE.items()},
        **{
            term: {"@id": address, "@container": "@set"}
            for term, address in _SETS.items()
        },
    },
]
