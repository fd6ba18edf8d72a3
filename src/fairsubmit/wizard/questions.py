"""What only a person knows: ten questions, and how the answers are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fairsubmit.lint.identifiers import ORCID, email_fault, orcid_check_digit
from fairsubmit.lint.vocabularies import imaging_methods, licences, taxa
from fairsubmit.lint.vocabularies.choices import LICENCES
from fairsubmit.wizard.methods import term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["QUESTIONS", "AskAgain", "Question", "labels"]

# REMBI 1.5: "Minimum length: 25 characters".
_SHORTEST = 25
_EMAIL = re.compile(r"\S+@\S+")
_ORCID = re.compile(r"\S*\d{4}-\d{4}-\d{4}-\d{3}[\dXx]\S*")
_ROR = re.compile(r"\S*ror\.org/\S+")
_BETWEEN = re.compile(r"[;,]")
_AROUND = "<>(),; "


class AskAgain(Exception):  # noqa: N818 - it is no error of the program
    """An answer that is probably not meant so.

    Parameters
    ----------
    why
        The end of a sentence.
    insisted
        What to take where the same answer is given again; ``None`` if nothing.
    suggestion
        What may have been meant.
    """

    def __init__(
        self, why: str, insisted: object = None, suggestion: str | None = None
    ) -> None:
        super().__init__(why)
        self.why = why
        self.insisted = insisted
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Question:
    """A question.

    Attributes
    ----------
    key
        Name of the answer.
    words
        What is asked.
    read
        Turns an answer into a value; raises `AskAgain`.
    proposal
        What to take where the person only agrees.
    """

    key: str
    words: str
    read: Callable[[str], Any]
    proposal: str | None = None


def _long(text: str) -> str:
    if len(text) < _SHORTEST:
        why = f"it needs at least {_SHORTEST} characters and has {len(text)}"
        raise AskAgain(why, text)
    return text


def _keywords(text: str) -> list[str]:
    return [word.strip() for word in _BETWEEN.split(text) if word.strip()]


def _licence(text: str) -> str:
    found = licences().meant(text)
    if found is None:
        why = f"`{text}` is no licence that is known; usual are {', '.join(LICENCES)}"
        raise AskAgain(why, text)
    return found


def _author(text: str) -> dict[str, str]:
    """Read name, e-mail address and ORCID iD in any order.

    Raises
    ------
    AskAgain
        If one of them cannot be right.
    """
    orcid, email = _ORCID.search(text), _EMAIL.search(text)
    rest, faults = text, []
    found: dict[str, str] = {}
    if email:
        rest = rest.replace(email[0], " ")
        found["email"] = email[0].strip(_AROUND)
        if email_fault(found["email"]):
            faults.append(f"`{found['email']}` is no e-mail address")
    if orcid:
        rest = rest.replace(orcid[0], " ")
        bare = orcid[0].strip(_AROUND).upper().rpartition("/")[2]
        found["orcid"] = f"https://orcid.org/{bare}"
        if not _is_orcid(bare):
            faults.append(f"`{bare}` is no ORCID iD, its check digit is wrong")
    found = {"name": " ".join(re.sub(r"[<>(),;]", " ", rest).split()), **found}
    if not found["name"]:
        raise AskAgain("the name is missing")
    if faults:
        raise AskAgain(" and ".join(faults), found)
    return found


def _is_orcid(bare: str) -> bool:
    digits = bare.replace("-", "")
    return bool(ORCID.match(bare)) and orcid_check_digit(digits[:-1]) == digits[-1]


def _organisation(text: str) -> dict[str, str]:
    found = _ROR.search(text)
    rest = text.replace(found[0], " ") if found else text
    name = " ".join(rest.split()).strip(_AROUND)
    if not name:
        raise AskAgain("the name is missing")
    return {"name": name, **({"ror": found[0].strip(_AROUND)} if found else {})}


def _organism(text: str) -> dict[str, str]:
    known = taxa()
    found = known.find(text)
    if len(found) == 1:
        (identifier,) = found
        return {"label": known.labels[identifier], "id": identifier}
    why = f"`{text}` is not in the list of common organisms"
    raise AskAgain(why, {"label": text}, known.nearest(text))


def _methods(text: str) -> list[dict[str, str]]:
    """Read one or several methods, parted by semicolons.

    Raises
    ------
    AskAgain
        If one is no term of FBbi.
    """
    known = imaging_methods()
    found, unknown, meant = [], [], []
    for name in (part.strip() for part in text.split(";") if part.strip()):
        meaning = known.meaning(name)
        if meaning is None or meaning.how in {"near", "broader"}:
            unknown.append(name)
            found.append({"label": name})
            meant.append(known.labels[meaning.id] if meaning else name)
        else:
            found.append(term(meaning.id))
            meant.append(known.labels[meaning.id])
    if unknown:
        why = f"`{unknown[0]}` is no term of FBbi"
        nearer = "; ".join(meant)
        raise AskAgain(why, found, nearer if nearer != text.strip() else None)
    return found


QUESTIONS = (
    Question("title", "Title of the dataset, at least 25 characters", _long),
    Question("description", "What the images show, in a few sentences", _long),
    Question("keywords", "Keywords, with commas between", _keywords),
    Question("license", "Licence", _licence, LICENCES[0]),
    Question("author", "First author: name, e-mail, ORCID iD", _author),
    Question("organisation", "Organisation, with its ROR id if known", _organisation),
    Question("organism", "Organism, e.g. Homo sapiens", _organism),
    Question("biological_entity", "What was imaged, e.g. HeLa cells", str),
    Question("sample_preparation", "How it was fixed, stained and mounted", str),
    Question("imaging_method", "Imaging method, e.g. confocal microscopy", _methods),
)


def labels(methods: Iterable[str]) -> str | None:
    """Return terms of FBbi as an answer would name them."""
    return "; ".join(term(identifier)["label"] for identifier in methods) or None
