"""openreadout (MIT or Apache-2.0), a second reader that may be installed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from fairsubmit.errors import ReadError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OpenReadout"]

# What a fault in its Rust code raises; no `Exception`, so that it ends the program.
PANIC = "PanicException"


@cache
def _module() -> Any:  # noqa: ANN401 - a module without types
    try:
        import openreadout
    except Exception:  # noqa: BLE001 - absent, or it does not start: then it is not asked
        return None
    return openreadout


@dataclass(frozen=True, slots=True)
class OpenReadout:
    """The installed openreadout.

    Attributes
    ----------
    version
        As it says itself.
    """

    version: str
    name: str = "openreadout"

    @classmethod
    def installed(cls) -> Self | None:
        """Return it where it is installed."""
        module = _module()
        return None if module is None else cls(str(getattr(module, "__version__", "?")))

    @property
    def title(self) -> str:
        """Name and version."""
        return f"openreadout {self.version}"

    def ome_xml(self, path: Path) -> bytes:
        """Return the OME-XML that it makes of a file.

        Raises
        ------
        ReadError
            If it cannot.
        """
        try:
            with _module().File(str(path)) as file:
                text: str = file.ome_xml()
                return text.encode()
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != PANIC:
                raise
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ReadError(words.partition(" (hint:")[0]) from error
