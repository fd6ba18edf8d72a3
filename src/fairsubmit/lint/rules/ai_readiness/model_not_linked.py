"""A trained model that is mentioned can be found.

What it does
------------
Notes a submission that speaks of a model that was trained where no link leads to it.

Why it is bad
-------------
The model is what made the annotations, or what they were made for; without it neither
can be repeated.

Example
-------
`method: a U-Net trained on 20 images`, and no link.

How to fix
----------
Share the model in the BioImage Model Zoo or on Zenodo, and add it to `links`.

Source
------
MIFA 1.0 ai_models_trained.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import all_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_TRAINED = re.compile(
    r"\b(?:trained|re-?trained|fine-?tuned)\b[^.]{0,60}\b(?:model|network|u-?net|"
    r"cellpose|"
    r"stardist|classifier|cnn)\b|\b(?:model|network|u-?net|cellpose|stardist|"
    r"classifier|cnn)"
    r"\b[^.]{0,60}\b(?:was|were|we) (?:trained|re-?trained|fine-?tuned)\b"
    r"|\b(?:u-?net|cnn|network|model) trained\b",
    re.IGNORECASE,
)
_FOUND = re.compile(
    r"bioimage\.io|10\.5281/zenodo|zenodo\.org/record|huggingface\.co|"
    r"bioimage model zoo",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    texts = list(all_texts(subject.document.tree))
    if any(_FOUND.search(value) for _, value in texts):
        return
    for pointer, value in texts:
        found = _TRAINED.search(value)
        if found and "/ignore/" not in pointer:
            yield Hit(
                f"`{found[0]}`: the model that was trained is linked nowhere",
                pointer,
                help="share it, e.g. at https://bioimage.io, and add it to `links:`",
            )
            return


RULE = Rule(
    code="AIR105",
    name="model-not-linked",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
