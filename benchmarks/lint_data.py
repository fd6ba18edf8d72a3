"""Datasets of many files for the rows about checking: ours, and our peers' kinds."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data import ome_tiff

PER_FOLDER = 500
GENES = ("ACTB", "NUP133", "TUBB", "LMNA", "SEC61B")
SUBMISSION = """\
fairsubmit: 1
study:
  title: Nuclear pore density in HeLa cells after Nup133 depletion
  description: >
    Spinning disk confocal images of HeLa Kyoto cells with and without Nup133, fixed and
    stained for nuclear pores, to count how many pores a nucleus has per area.
  keywords: [nuclear pore complex, RNAi]
  license: CC0-1.0
  release_date: {release}
  acknowledgements: We thank the imaging facility.
authors:
  - name: Jane Doe
    email: jane.doe@example.org
    orcid: https://orcid.org/0000-0002-1825-0097
    affiliations: [ebi]
organisations:
  - id: ebi
    name: European Bioinformatics Institute
    ror: https://ror.org/02catss52
biosamples:
  - id: b1
    title: HeLa Kyoto
    organism: {{label: Homo sapiens, id: "NCBITaxon:9606"}}
    biological_entity: HeLa Kyoto cells (CVCL_1922) that express GFP-Nup107
specimens:
  - id: s1
    title: Fixed cells
    sample_preparation: Fixed in 4 % formaldehyde for 10 min, mounted in ProLong Gold.
acquisitions:
  - id: a1
    title: Spinning disk 60x
    imaging_method: [{{label: spinning disk confocal microscopy, id: "FBbi:00000253"}}]
    instrument: Nikon Ti2 with Yokogawa CSU-W1
    parameters: 60x/1.4 NA oil, 488 nm, 100 ms exposure, z step 0.2 µm
components:
  - id: c1
    name: siRNA experiment
    description: Control and depleted cells, one file a position
    associations: [{{biosample: b1, specimen: s1, acquisition: a1}}]
    files: {{table: files.tsv}}
"""


def _tiff(folder: Path) -> bytes:
    """Return an OME-TIFF whose name in it has one length for all."""
    pattern = ome_tiff(folder / "image000000.ome.tif", 3, 64)
    content = pattern.read_bytes()
    pattern.unlink()
    return content


def _row(index: int) -> str:
    """Return the cells of one file: well, gene, replicate and position."""
    well = f"{'ABCDEFGH'[index // 12 % 8]}{index % 12 + 1:02}"
    gene = GENES[index % len(GENES)]
    return f"{well}\t{gene}\t{index % 3 + 1}\t{index * 0.25:.2f}"


def _submission(folder: Path, paths: list[str]) -> None:
    lines = ["Files\tWell\tGene symbol\tReplicate\tStage position [µm]"]
    lines += [f"{path}\t{_row(index)}" for index, path in enumerate(paths)]
    (folder / "files.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # archives take no release date further ahead than two years
    release = datetime.now(UTC).date() + timedelta(180)
    text = SUBMISSION.format(release=release)
    (folder / "submission.yaml").write_text(text, encoding="utf-8")


def study(folder: Path, count: int) -> None:
    """Write a submission of many OME-TIFFs of three pages, with a file table."""
    folder.mkdir(parents=True)
    content = _tiff(folder)
    paths = []
    for index in range(count):
        name = f"image{index:06}"
        path = folder / f"raw/plate{index // PER_FOLDER:03}/{name}.ome.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(b"image000000", name.encode()))
        paths.append(path.relative_to(folder).as_posix())
    _submission(folder, paths)


def listed(folder: Path, count: int) -> None:
    """Write a submission of very many small files that are no images."""
    folder.mkdir(parents=True)
    paths = []
    for index in range(count):
        path = folder / f"raw/plate{index // PER_FOLDER:04}/site{index:06}.dat"
        if index % PER_FOLDER == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(b"%07d\n" % index)
        paths.append(path.relative_to(folder).as_posix())
    _submission(folder, paths)


def bids(folder: Path, count: int) -> None:
    """Write the same OME-TIFFs as a BIDS dataset in a dandiset, ten to a subject."""
    folder.mkdir(parents=True)
    content = _tiff(folder)
    subjects = [f"sub-{number:05}" for number in range(-(-count // 10))]
    samples = [f"sample-{number:02}" for number in range(10)]
    description = {
        "Name": "Nuclear pore density in HeLa cells",
        "BIDSVersion": "1.10.0",
        "DatasetType": "raw",
        "License": "CC0",
        "Authors": ["Jane Doe"],
        "GeneratedBy": [{"Name": "bench"}],
    }
    sidecar = {
        "Manufacturer": "Nikon",
        "ManufacturersModelName": "Ti2",
        "PixelSize": [0.108, 0.108, 0.3],
        "PixelSizeUnits": "um",
        "Immersion": "Oil",
        "NumericalAperture": 1.4,
        "Magnification": 60,
        "SampleEnvironment": "in vitro",
    }
    _json(folder / "dataset_description.json", description)
    _json(folder / "SPIM.json", sidecar)
    (folder / "README.md").write_text("Images of HeLa cells.\n" * 20)
    (folder / ".bidsignore").write_text("dandiset.yaml\n")
    (folder / "dandiset.yaml").write_text(
        "identifier: '000000'\nname: Nuclear pores\ndescription: Images of cells\n"
    )
    lines = ["participant_id\tspecies", *(f"{name}\thomo sapiens" for name in subjects)]
    (folder / "participants.tsv").write_text("\n".join(lines) + "\n")
    lines = ["sample_id\tparticipant_id\tsample_type"]
    lines += [f"{two}\t{one}\tcell line" for one in subjects for two in samples]
    (folder / "samples.tsv").write_text("\n".join(lines) + "\n")
    for index in range(count):
        subject, sample = subjects[index // 10], samples[index % 10]
        path = folder / f"{subject}/micr/{subject}_{sample}_SPIM.ome.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(b"image000000", f"image{index:06}".encode()))


def crate(folder: Path, count: int) -> None:
    """Write an RO-Crate 1.1 of many small files, each described."""
    folder.mkdir(parents=True)
    files = []
    for index in range(count):
        path = folder / f"raw/plate{index // PER_FOLDER:03}/site{index:06}.dat"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%07d\n" % index)
        files.append(path.relative_to(folder).as_posix())
    graph: list[dict[str, object]] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": "Nuclear pore density in HeLa cells after Nup133 depletion",
            "description": "Spinning disk confocal images of HeLa Kyoto cells.",
            "datePublished": "2026-03-01",
            "license": {"@id": "https://creativecommons.org/publicdomain/zero/1.0/"},
            "author": {"@id": "https://orcid.org/0000-0002-1825-0097"},
            "hasPart": [{"@id": name} for name in files],
        },
        {
            "@id": "https://creativecommons.org/publicdomain/zero/1.0/",
            "@type": "CreativeWork",
            "name": "CC0 1.0 Universal",
            "description": "No rights reserved.",
        },
        {
            "@id": "https://orcid.org/0000-0002-1825-0097",
            "@type": "Person",
            "name": "Jane Doe",
        },
    ]
    graph += [
        {
            "@id": name,
            "@type": "File",
            "name": name.rpartition("/")[2],
            "encodingFormat": "application/octet-stream",
            "contentSize": "8",
        }
        for name in files
    ]
    context = "https://w3id.org/ro/crate/1.1/context"
    _json(
        folder / "ro-crate-metadata.json",
        {"@context": context, "@graph": graph},
    )


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")


WRITERS = {each.__name__: each for each in (study, listed, bids, crate)}


def main() -> None:
    what, path, count = sys.argv[1:]
    if not Path(path).exists():
        WRITERS[what](Path(path), int(count))


if __name__ == "__main__":
    main()
