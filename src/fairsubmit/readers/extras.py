"""Libraries that some formats need and that are installed as extras."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fairsubmit.errors import MissingReaderError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["install_command", "library"]


def install_command(extra: str) -> str:
    """Return the command that installs an extra of this package."""
    return f'pip install "fairsubmit[{extra}]"'


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
        raise MissingReaderError(message, hint=install_command(extra)) from error
