"""The archives, each behind the port of `fairsubmit.archives.base`.

An archive is one module or package with a pydantic model ``Settings`` and a function
``connect``. Ours stand in the table below, one line each; others are found through
the entry point group ``fairsubmit.archives``, whose entries name such a module.
Modules are imported when the archive is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from fairsubmit.archives.base import Archive

__all__ = ["ARCHIVES", "ArchiveKind", "ArchiveModule", "Archives"]

GROUP = "fairsubmit.archives"


class ArchiveModule(Protocol):
    """What the module of an archive has."""

    @property
    def Settings(self) -> type[BaseModel]:  # noqa: N802 - a class in that module
        """What may be configured; options, variables and docs come from it."""
        ...

    @property
    def connect(self) -> Callable[[Mapping[str, object]], Archive]:
        """Make the archive from settings, or raise `ConfigError`; asks no server."""
        ...


@dataclass(frozen=True, slots=True)
class ArchiveKind:
    """An archive by its name, not yet imported; called with settings, it connects.

    Attributes
    ----------
    name
        Name on the command line.
    load
        Imports and returns its module.
    """

    name: str
    load: Callable[[], ArchiveModule]

    @property
    def settings(self) -> type[BaseModel]:
        """The model of its settings."""
        return self.load().Settings

    def __call__(self, settings: Mapping[str, object]) -> Archive:
        """Return the archive, not yet asked anything."""
        return self.load().connect(settings)


class Archives(Mapping[str, ArchiveKind]):
    """All archives by name: those of a table, then those of plug-ins.

    Parameters
    ----------
    table
        Name and loader; wins over a plug-in of the same name.
    group
        Entry point group of the plug-ins.
    """

    def __init__(
        self, table: Mapping[str, Callable[[], ArchiveModule]], group: str = GROUP
    ) -> None:
        self._table = {name: ArchiveKind(name, load) for name, load in table.items()}
        self._group = group

    def __getitem__(self, name: str) -> ArchiveKind:
        """Return one archive."""
        return self._table[name] if name in self._table else self._plugins()[name]

    def __iter__(self) -> Iterator[str]:
        """All names, ours first."""
        yield from self._table
        yield from (name for name in self._plugins() if name not in self._table)

    def __len__(self) -> int:
        return len({*self._table, *self._plugins()})

    def _plugins(self) -> dict[str, ArchiveKind]:
        from importlib.metadata import entry_points  # noqa: PLC0415 - slow, rarely used

        return {
            point.name: ArchiveKind(point.name, _loader(point.name, point.load))
            for point in entry_points(group=self._group)
        }


def _loader(
    name: str, load: Callable[[], ArchiveModule]
) -> Callable[[], ArchiveModule]:
    """Say which plug-in it is that cannot be imported."""

    def loaded() -> ArchiveModule:
        try:
            return load()
        except (ImportError, AttributeError) as error:
            message = f"the plug-in for the archive {name!r} cannot be used: {error}"
            hint = "update or remove the package that brings it"
            raise ConfigError(message, hint=hint) from error

    return loaded


def _biostudies() -> ArchiveModule:
    from fairsubmit.archives import biostudies  # noqa: PLC0415 - imported on use

    return biostudies


def _directory() -> ArchiveModule:
    from fairsubmit.archives import directory  # noqa: PLC0415 - imported on use

    return directory


ARCHIVES = Archives({"bioimage-archive": _biostudies, "directory": _directory})
