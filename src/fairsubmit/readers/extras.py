"""Libraries that some formats need and that are installed as extras."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fairsubmit.errors import MissingReaderError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["library"]


def library(module: str, extra: str, format_name: str) -> ModuleType:
    """Return a module that is imported on use.

    Parameters
    ----------
    module
        Its name, as one imports it.
    extra
        The extra of this package that installs it.
    format_name
        Name of the format that needs it.

    Raises
    ------
    MissingReaderError
        If it is not installed, or does not start; the hint is the install command.
    """
    try:
        return import_module(module)
    except Exception as error:
        top = module.partition(".")[0]
        absent = isinstance(error, ModuleNotFoundError) and error.name == top
        why = "" if absent else f" (it does not start: {error})"
        message = f"is {format_name}, whose metadata is read by the library {top}{why}"
        hint = f'pip install "fairsubmit[{extra}]"'
        raise MissingReaderError(message, hint=hint) from error
