"""Where images of a component differ, the file table says how.

What it does
------------
Notes components whose images have several pixel sizes, sets of channels or pixel types,
none of which nearly all have, while no column of the file table says which image has
which. Single outliers are told by SET101 to SET103.

Why it is bad
-------------
Whoever trains a model must bring all images to one scale and one order of channels, and
would have to open each to know.

Example
-------
20 images with a pixel size of 0.325 µm and 20 with 0.65 µm.

How to fix
----------
Add columns such as `Pixel size`, `Channels` and `Bit depth` to the file table, or make
two components.

Source
------
MIFA 1.0, file-level metadata; REMBI, Image data.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, TypeVar

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.features import BIT_DEPTH, CHANNELS, PIXEL_SIZE
from fairsubmit.lint.surveys import Counts, component_name, majority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.lint.base import Survey
    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]

_V = TypeVar("_V", bound=Hashable)
_NAMED = 3


class _Mixed(Counts[_V]):
    """One feature of the images of each component."""

    def hits(self) -> Iterator[Hit]:
        for pointer, tally, classes in self.various():
            if majority(classes, tally.total) is not None:
                continue
            kinds = ", ".join(
                f"{known.count:,} with {self.feature.shown(known.value)}"
                for known in classes[:_NAMED]
            )
            more = ", …" if len(classes) > _NAMED or tally.others else ""
            whose = component_name(self.subject, pointer)
            yield Hit(
                f"images{whose} have several {self.feature.plural}: {kinds}{more}",
                pointer or None,
                path=None if pointer else classes[1].places[0],
                help=f"add a column `{self.feature.title}` to the file table",
            )


class _Surveys:
    """All features."""

    def __init__(self, subject: Subject) -> None:
        self._surveys: tuple[Survey, ...] = (
            _Mixed(subject, PIXEL_SIZE),
            _Mixed(subject, CHANNELS),
            _Mixed(subject, BIT_DEPTH),
        )

    def add(self, extraction: Extraction) -> None:
        for survey in self._surveys:
            survey.add(extraction)

    def hits(self) -> Iterator[Hit]:
        for survey in self._surveys:
            yield from survey.hits()


RULE = Rule(
    code="AIR106",
    name="images-differ",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    survey=_Surveys,
)
