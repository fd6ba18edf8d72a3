"""Sections of methods, annotation sets and study components. Pure.

What the template has no field for (cell line, channels, …) is written as a further
attribute: of all sections only Study and Study Component refuse those
(BioImages.v5.json.ts, ``allowNewAttribute``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.archives.biostudies.pagetab import (
    Attribute,
    Section,
    attributes,
    each,
)
from fairsubmit.archives.biostudies.vocabulary import term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fairsubmit.metadata import (
        Acquisition,
        Analysis,
        Annotation,
        Association,
        Biosample,
        Correlation,
        Specimen,
        Submission,
        Term,
    )
    from fairsubmit.metadata.biosample import ChannelContent

__all__ = ["annotation_sections", "component_sections", "method_sections"]


def method_sections(submission: Submission) -> Iterator[Section]:
    """Write biosamples, specimens, acquisitions, correlations and analyses."""
    for i, sample in enumerate(submission.biosamples):
        at = f"/biosamples/{i}"
        said = tuple(_biosample(sample, at))
        yield Section("Biosample", f"biosample-{i + 1}", at, said)
    for i, specimen in enumerate(submission.specimens):
        at = f"/specimens/{i}"
        said = tuple(_specimen(specimen, at))
        yield Section("Specimen", f"specimen-{i + 1}", at, said)
    for i, acquisition in enumerate(submission.acquisitions):
        at = f"/acquisitions/{i}"
        said = tuple(_acquisition(acquisition, at))
        yield Section("Image acquisition", f"acquisition-{i + 1}", at, said)
    for i, correlation in enumerate(submission.correlations):
        at = f"/correlations/{i}"
        said = _correlation(correlation, at)
        yield Section("Image correlation", f"correlation-{i + 1}", at, said)
    for i, analysis in enumerate(submission.analyses):
        at = f"/analyses/{i}"
        yield Section(
            "Image analysis", f"analysis-{i + 1}", at, _analysis(analysis, at)
        )


def _biosample(sample: Biosample, at: str) -> Iterator[Attribute]:
    yield from attributes(("Title", sample.title, f"{at}/title"))
    if isinstance(sample.organism, list):
        place = f"{at}/organism"
        yield from _terms("Organism", sample.organism, place, organism=True)
    else:
        found = term("Organism", sample.organism, f"{at}/organism", organism=True)
        yield from _some(found)
    yield from attributes(
        ("Description", sample.description, f"{at}/description"),
        ("Biological entity", sample.biological_entity, f"{at}/biological_entity"),
    )
    for name, key in (
        ("Experimental variable", "experimental_variables"),
        ("Extrinsic variable", "extrinsic_variables"),
        ("Intrinsic variable", "intrinsic_variables"),
    ):
        yield from each(name, getattr(sample, key), f"{at}/{key}")
    if sample.cell_line is not None:
        yield from _some(term("Cell line", sample.cell_line, f"{at}/cell_line"))
    yield from _terms("Anatomy", sample.anatomy, f"{at}/anatomy")


def _terms(
    name: str, values: Iterable[Term], at: str, *, organism: bool = False
) -> Iterator[Attribute]:
    for index, value in enumerate(values):
        yield from _some(term(name, value, f"{at}/{index}", organism=organism))


def _some(value: Attribute | None) -> tuple[Attribute, ...]:
    return () if value is None else (value,)


def _specimen(specimen: Specimen, at: str) -> Iterator[Attribute]:
    yield from attributes(
        ("Title", specimen.title, f"{at}/title"),
        (
            "Sample preparation protocol",
            specimen.sample_preparation,
            f"{at}/sample_preparation",
        ),
        ("Growth protocol", specimen.growth_protocol, f"{at}/growth_protocol"),
        (
            "Experimental status",
            specimen.experimental_status,
            f"{at}/experimental_status",
        ),
        (
            "Location within biosample",
            specimen.location_within_biosample,
            f"{at}/location_within_biosample",
        ),
    )
    for index, channel in enumerate(specimen.channels):
        pointer = f"{at}/channels/{index}"
        yield from attributes(("Channel", _channel(channel), pointer))
    yield from each("Protocol link", specimen.protocol_links, f"{at}/protocol_links")


def _channel(channel: ChannelContent) -> str:
    """Say what a channel shows, e.g. ``DAPI: DNA; biological entity: nucleus``."""
    parts = (
        ("", channel.content),
        ("biological entity: ", channel.biological_entity),
        ("signal: ", channel.signal),
    )
    said = "; ".join(name + value for name, value in parts if value)
    return f"{channel.channel}: {said}" if said else channel.channel


def _acquisition(acquisition: Acquisition, at: str) -> Iterator[Attribute]:
    yield from attributes(
        ("Title", acquisition.title, f"{at}/title"),
        ("Imaging instrument", acquisition.instrument, f"{at}/instrument"),
        ("Image acquisition parameters", acquisition.parameters, f"{at}/parameters"),
    )
    methods = acquisition.imaging_method
    yield from _terms("Imaging method", methods, f"{at}/imaging_method")


def _correlation(part: Correlation, at: str) -> tuple[Attribute, ...]:
    alignment = part.spatial_and_temporal_alignment
    matrix = part.transformation_matrix
    return attributes(
        ("Title", part.title, f"{at}/title"),
        ("Fiducials used", part.fiducials_used, f"{at}/fiducials_used"),
        (
            "Spatial and temporal alignment",
            alignment,
            f"{at}/spatial_and_temporal_alignment",
        ),
        ("Transformation matrix", matrix, f"{at}/transformation_matrix"),
    )


def _analysis(analysis: Analysis, at: str) -> tuple[Attribute, ...]:
    return attributes(
        ("Title", analysis.title, f"{at}/title"),
        ("Image analysis overview", analysis.overview, f"{at}/overview"),
    )


def annotation_sections(
    annotations: Sequence[Annotation], kind: str, lists: Mapping[str, str]
) -> Iterator[Section]:
    """Write annotation sets.

    Parameters
    ----------
    annotations
        The sets.
    kind
        Section type, as the template spells it.
    lists
        Path of the file list by the set's pointer.
    """
    for index, part in enumerate(annotations):
        at = f"/annotations/{index}"
        said = (
            *attributes(
                ("Title", part.title, f"{at}/title"),
                ("Annotation Overview", part.overview, f"{at}/overview"),
            ),
            *each("Annotation Type", part.types, f"{at}/types"),
            *attributes(
                ("Annotation Method", part.method, f"{at}/method"),
                ("Annotation Confidence Level", part.confidence, f"{at}/confidence"),
                ("Annotation Criteria", part.criteria, f"{at}/criteria"),
                ("Annotation Coverage", part.coverage, f"{at}/coverage"),
                ("License", part.license, f"{at}/license"),
            ),
            *each("Annotation Author", part.authors, f"{at}/authors"),
            *attributes(("File List", lists.get(at), f"{at}/files")),
        )
        yield Section(kind, f"annotation-{index + 1}", at, said)


def component_sections(
    submission: Submission, lists: Mapping[str, str]
) -> Iterator[Section]:
    """Write study components, each with its associations.

    Parameters
    ----------
    submission
        The submission.
    lists
        Path of the file list by the component's pointer.
    """
    titles = _Titles(submission)
    for index, part in enumerate(submission.components):
        at = f"/components/{index}"
        said = attributes(
            ("Name", part.name, f"{at}/name"),
            ("Description", part.description, f"{at}/description"),
            ("File List", lists.get(at), f"{at}/files"),
        )
        accno = f"component-{index + 1}"
        inner = tuple(
            Section(
                "Associations",
                f"{accno}-associations-{place + 1}",
                f"{at}/associations/{place}",
                titles.of(association, f"{at}/associations/{place}"),
            )
            for place, association in enumerate(part.associations)
        )
        yield Section("Study Component", accno, at, said, subsections=inner)


class _Titles:
    """The titles that associations name: plain text, no reference."""

    def __init__(self, submission: Submission) -> None:
        self._biosamples = {part.id: part.title for part in submission.biosamples}
        self._specimens = {part.id: part.title for part in submission.specimens}
        self._acquisitions = {part.id: part.title for part in submission.acquisitions}
        self._correlations = {part.id: part.title for part in submission.correlations}
        self._analyses = {part.id: part.title for part in submission.analyses}

    def of(self, part: Association, at: str) -> tuple[Attribute, ...]:
        rows = (
            ("Biosample", self._biosamples, part.biosample, "biosample"),
            ("Specimen", self._specimens, part.specimen, "specimen"),
            ("Image acquisition", self._acquisitions, part.acquisition, "acquisition"),
            ("Image correlation", self._correlations, part.correlation, "correlation"),
            ("Image analysis", self._analyses, part.analysis, "analysis"),
        )
        return attributes(
            *(
                (name, titles.get(key or ""), f"{at}/{field}")
                for name, titles, key, field in rows
            )
        )
