"""A Bio-Formats (GPL) that the person points to, run as a program of its own."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from fairsubmit.errors import ConfigError, ReadError
from fairsubmit.readers.fallback.child import Limits, output_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BioFormats"]

JAR = "bioformats_package.jar"
SCRIPTS = ("showinf.bat", "showinf") if sys.platform == "win32" else ("showinf",)
# Memory of the Java machine; header reading needs a fraction of it.
HEAP = "-Xmx512m"
MAIN = "loci.formats.tools.ImageInfo"
OPTIONS = ("-nopix", "-no-upgrade", "-nocore", "-omexml-only")
_VERSION = re.compile(rb"Version: *(\S+)")
_START = re.compile(rb"<\?xml|<OME[\s>]|<\w+:OME[\s>]")
_HINT = "give --bioformats the folder bftools, its showinf, or bioformats_package.jar"


@dataclass(frozen=True, slots=True)
class BioFormats:
    """How Bio-Formats' ``showinf`` is started.

    Attributes
    ----------
    command
        Program and first arguments.
    limits
        Of time and output, for each file.
    """

    command: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)
    name: str = "bioformats"

    @classmethod
    def at(cls, path: Path) -> Self:
        """Find it in a place that the person names.

        Parameters
        ----------
        path
            The folder of Bio-Formats' command-line tools, its ``showinf``, or a
            ``bioformats_package.jar``.

        Raises
        ------
        ConfigError
            If it is not there, or there is no Java to run it.
        """
        jar = _jar(path)
        if jar is not None:
            java = shutil.which("java")
            if java is None:
                message = "Bio-Formats needs Java, and there is no `java` to run"
                raise ConfigError(message, hint="install Java, e.g. openjdk")
            return cls((java, HEAP, "-cp", str(jar.absolute()), MAIN))
        script = _script(path)
        if script is None:
            message = f"there is no Bio-Formats at {path}"
            raise ConfigError(message, hint=_HINT)
        return cls((str(script.absolute()),))

    @property
    def title(self) -> str:
        """Name and version."""
        return f"Bio-Formats {_version(self)}".rstrip()

    def ome_xml(self, path: Path) -> bytes:
        """Return the OME-XML that it makes of a file.

        Raises
        ------
        ReadError
            If it cannot, takes too long or writes too much.
        """
        ended = output_of((*self.command, *OPTIONS, str(path.absolute())), self.limits)
        start = _START.search(ended.output)
        if ended.code == 0 and start is not None:
            return ended.output[start.start() :]
        why = _reason(ended.errors) or f"it ended with {ended.code} and no OME-XML"
        raise ReadError(why)


def _jar(path: Path) -> Path | None:
    """Return the jar at, in or beside a path; a jar alone needs no shell."""
    if path.is_file() and path.suffix.lower() == ".jar":
        return path
    folder = path if path.is_dir() else path.parent
    jar = folder / JAR
    return jar if path.exists() and jar.is_file() else None


def _script(path: Path) -> Path | None:
    if path.is_dir():
        found = (path / name for name in SCRIPTS)
        return next((script for script in found if script.is_file()), None)
    # A batch file would hand names of files to a command interpreter.
    batch = path.suffix.lower() in {".bat", ".cmd"}
    return path if path.is_file() and not batch else None


@lru_cache(maxsize=4)
def _version(program: BioFormats) -> str:
    try:
        ended = output_of((*program.command, "-version"), program.limits)
    except ReadError:
        return ""
    found = _VERSION.search(ended.output)
    return found[1].decode("ascii", "replace") if found else ""


def _reason(errors: bytes) -> str | None:
    """Return the sentence of a Java exception, or the last line."""
    lines = [line.strip() for line in errors.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith(("at ", "... "))]
    for line in lines:
        if line.startswith("Exception in thread"):
            return line.partition(": ")[2] or line
    return lines[-1] if lines else None
