"""Upload protocols: one module each, all behind `fairsubmit.transports.base`.

`TRANSPORTS` names them all; a type checker holds each against the port. It is loaded
on use, so that whoever needs one protocol does not load the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.transports.base import Transport

__all__ = ["TRANSPORTS"]

TRANSPORTS: Mapping[str, type[Transport]]


def __getattr__(name: str) -> object:
    """Load the table.

    Raises
    ------
    AttributeError
        If something else is asked for.
    """
    if name == "TRANSPORTS":
        from fairsubmit.transports.table import TRANSPORTS  # noqa: PLC0415 - on use

        return TRANSPORTS
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
