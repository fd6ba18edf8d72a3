"""A submission of what images tell and a person says; what is missing is marked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.blanks import FILL_IN, with_blanks
from fairsubmit.metadata.submission import SUBMISSION_VERSION
from fairsubmit.metadata.yaml_text import Remarks, write_yaml
from fairsubmit.wizard.methods import term
from fairsubmit.wizard.observed import Folder, Observed, Setting, top_folder
from fairsubmit.wizard.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["SCHEMA_PATH", "Draft", "draft"]

# Where editors find what a submission may hold, without a network.
SCHEMA_PATH = ".fairsubmit/submission.schema.json"
_TOP = (
    f"yaml-language-server: $schema={SCHEMA_PATH}",
    "",
    f'Lines marked "{FILL_IN}" wait for you; `fairsubmit lint` checks them all.',
)
_TABLES = "filelists"
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
_SPECIAL = re.compile(r"([*?\[\]])")
_FIRST = {"id": "s1", "title": "Specimen 1"}
# In more words than the model, or not required but missed by those who use the data.
_ADVISED = {
    "/study/license": "CC0-1.0 or CC-BY-4.0",
    "/study/release_date": "YYYY-MM-DD, the day from which the data may be public",
    "/study/acknowledgements": "whom to thank",
    "/study/publications": "papers, e.g. `- doi: …` or `- status: in preparation`",
    "/authors/0/email": "one address; archives may show it",
    "/authors/0/orcid": "ORCID iD, e.g. https://orcid.org/0000-0002-1825-0097",
    "/organisations/0/ror": "ROR id, e.g. https://ror.org/02catss52",
    "/biosamples/0/experimental_variables": "what was compared",
    "/specimens/0/growth_protocol": "how the cells or animals were grown",
}
_NO_IMAGE = (
    "no image here that can be read; if there is none, say so: remove this component,",
    "and `exclude` its files or move them to `annotations`",
)


@dataclass(frozen=True)
class Draft:
    """A submission to go on with.

    Attributes
    ----------
    tree
        The submission.
    remarks
        Comments of the YAML: what to fill in, and where values come from.
    tables
        Text of file tables, by path in the dataset.
    blanks
        How many places are to be filled in.
    """

    tree: dict[str, Any]
    remarks: Remarks
    tables: dict[str, str] = field(default_factory=dict)
    blanks: int = 0

    @property
    def yaml(self) -> str:
        """The submission as ``submission.yaml``."""
        return write_yaml(self.tree, self.remarks)


def draft(files: Iterable[str], seen: Observed, answers: Mapping[str, Any]) -> Draft:
    """Make a submission.

    Parameters
    ----------
    files
        Paths of all files in the dataset.
    seen
        What the images say.
    answers
        What a person says, by the key of the question.
    """
    acquisitions = _Acquisitions(seen, answers.get("imaging_method"))
    components = _Components(list(files), seen, acquisitions)
    study = ("title", "description", "keywords", "license")
    tree, blanks = with_blanks(
        {
            "fairsubmit": str(SUBMISSION_VERSION),
            "study": {key: answers.get(key) for key in study},
            **_people(answers),
            "biosamples": [_biosample(answers)],
            "specimens": [
                {**_FIRST, "sample_preparation": answers.get("sample_preparation")}
            ],
            "acquisitions": acquisitions.parts,
            "components": components.parts,
        },
        _ADVISED,
    )
    if "/organisations/0/name" in blanks:
        blanks["/authors/0/affiliations/0"] = f"{FILL_IN}: the organisation below"
    beside = {**acquisitions.sources, **components.notes, **blanks}
    remarks = Remarks(_TOP, components.above, beside)
    return Draft(tree, remarks, components.tables, len(blanks))


def _people(answers: Mapping[str, Any]) -> dict[str, Any]:
    author = answers.get("author") or {"name": None}
    organisation = answers.get("organisation") or {"name": None}
    return {
        "authors": [{**author, "affiliations": ["o1"]}],
        "organisations": [{"id": "o1", **organisation}],
    }


def _biosample(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": "b1",
        "title": "Biosample 1",
        "organism": answers.get("organism"),
        "biological_entity": answers.get("biological_entity"),
    }


class _Acquisitions:
    """One acquisition for each way in which images were taken.

    Attributes
    ----------
    parts
        As the submission has them.
    sources
        Where their values come from, by JSON pointer.
    """

    def __init__(self, seen: Observed, methods: list[dict[str, str]] | None) -> None:
        self._level = seen.level
        known = {} if self._level is None else seen.sources[self._level]
        self._ids = {setting: f"a{n}" for n, setting in enumerate(known, start=1)}
        self.parts: list[dict[str, Any]] = []
        self.sources: dict[str, str] = {}
        for setting, path in known.items():
            self._add(setting, path, methods)
        if not self.parts:
            self.parts.append(
                {"id": "a1", "title": "Acquisition 1", "imaging_method": methods}
            )

    def _add(
        self, setting: Setting, path: str, methods: list[dict[str, str]] | None
    ) -> None:
        number = len(self.parts)
        told = [term(identifier) for identifier in setting.methods]
        part = {
            "id": f"a{number + 1}",
            "title": self._title(setting, number + 1),
            "imaging_method": told or methods,
            "instrument": setting.instrument or None,
            "parameters": setting.parameters or None,
        }
        source = f"from {path}; {FILL_IN} what is missing"
        if told:
            self.sources[f"/acquisitions/{number}/imaging_method"] = f"from {path}"
        for name in ("instrument", "parameters"):
            if part[name]:
                self.sources[f"/acquisitions/{number}/{name}"] = source
        if setting.instrument or setting.parameters or told:
            part["from_ome"] = path
        self.parts.append(part)

    def _title(self, setting: Setting, number: int) -> str:
        lens = re.search(r"\d[\d.]*x", setting.objective)
        words = " ".join(filter(None, (setting.instrument, lens[0] if lens else "")))
        taken = {part["title"] for part in self.parts}
        title = words or f"Acquisition {number}"
        return title if title not in taken else f"{title}, setting {number}"

    def of(self, folder: Folder) -> list[str]:
        """Return the ids of how the images of a folder were taken."""
        if self._level is None:
            return []
        used = folder.settings[self._level]
        return [name for setting, name in self._ids.items() if setting in used]

    @property
    def only(self) -> list[str]:
        """The id of the only acquisition; empty where there are several."""
        return [part["id"] for part in self.parts] if len(self.parts) == 1 else []


class _Components:
    """One component for each folder.

    Attributes
    ----------
    parts
        As the submission has them.
    tables
        Text of their file tables, by path in the dataset.
    above, notes
        What to say above and beside them, by JSON pointer.
    """

    def __init__(
        self, files: list[str], seen: Observed, acquisitions: _Acquisitions
    ) -> None:
        self._files = files
        self.parts: list[dict[str, Any]] = []
        self.tables: dict[str, str] = {}
        self.above: dict[str, tuple[str, ...]] = {}
        self.notes: dict[str, str] = {}
        described = (path for path in files if not _is_table(path))
        for name in sorted({top_folder(path) for path in described}) or [""]:
            folder = seen.folders.get(name, Folder())
            self._add(name, folder, acquisitions.of(folder) or acquisitions.only)

    def _add(self, name: str, folder: Folder, used: list[str]) -> None:
        pointer = f"/components/{len(self.parts)}"
        identifier = _identifier(name or "images", {part["id"] for part in self.parts})
        chosen: dict[str, Any] = {"include": list(_patterns(name, self._files))}
        table = table_of(folder)
        if table:
            path = _free(f"{_TABLES}/{identifier}.tsv", self._files)
            chosen["table"], self.tables[path] = path, table
        if folder.unscaled:
            words = f"{FILL_IN}: in this file, how large a pixel is"
            self.notes[f"{pointer}/files/table"] = words
        if not folder.images:
            self.above[pointer] = _NO_IMAGE
        self.parts.append(
            {
                "id": identifier,
                "name": name or "Images",
                "associations": [_association(each) for each in used or [""]],
                "files": chosen,
            }
        )


def _is_table(path: str) -> bool:
    """Whether a file is one that describes others."""
    return path.startswith(f"{_TABLES}/") and path.endswith(".tsv")


def _association(acquisition: str) -> dict[str, str | None]:
    known = acquisition or None
    return {"biosample": "b1", "specimen": "s1", "acquisition": known}


def _patterns(folder: str, files: Iterable[str]) -> Iterator[str]:
    """Return patterns for a folder, or for the files beside the folders by ending."""
    if folder:
        yield f"{_literally(folder)}/**"
        return
    beside = {path.partition("/")[0] for path in files if not top_folder(path)}
    found: dict[str, None] = {}
    for name in sorted(beside):
        stem, dot, ending = name.rpartition(".")
        found[f"*.{_literally(ending)}" if stem and dot else _literally(name)] = None
    yield from found


def _literally(text: str) -> str:
    """Return a pattern that matches a text and nothing else."""
    return _SPECIAL.sub(r"[\1]", text)


def _identifier(name: str, taken: set[str]) -> str:
    """Return a name as an id that no other part has."""
    bare = _UNFIT.sub("-", name).strip("-.")
    if not bare[:1].isalpha():
        bare = f"c-{bare}".rstrip("-")
    number, found = 1, bare
    while found in taken:
        number += 1
        found = f"{bare}-{number}"
    return found


def _free(path: str, files: Iterable[str]) -> str:
    taken, number, found = set(files), 1, path
    while found in taken:
        number += 1
        found = path.replace(".tsv", f"-{number}.tsv")
    return found
