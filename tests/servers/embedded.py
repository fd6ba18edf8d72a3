"""The embedded archive as a process of its own, which a test may kill."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from fairsubmit.testing.ports import stable_port

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 20


class Server:
    """``python -m fairsubmit.rehearsal`` on a folder.

    After a restart it listens on the same ports and knows all it knew.
    """

    def __init__(
        self,
        folder: Path,
        *,
        faults: dict[str, Any] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self._initial_faults = faults or {}
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self._ports = stable_port(), stable_port()
        self.ready: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def __getattr__(self, name: str) -> Any:
        """Give what the ready line says: address, api_url, ftp_port, email, …."""
        try:
            return self.__dict__["ready"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def environment(self) -> dict[str, str]:
        """What tells the client where the archive is."""
        settings = self.ready["settings"]
        return {f"FAIRSUBMIT_{name.upper()}": str(settings[name]) for name in settings}

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        command = [sys.executable, "-m", "fairsubmit.rehearsal", str(self.folder)]
        command += ["--faults", json.dumps(self._initial_faults), *self._options]
        http_port, ftp_port = map(str, self._ports)
        command += ["--http-port", http_port, "--ftp-port", ftp_port]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the embedded archive ended with {self._process.wait(SECONDS)}"
        self.ready = json.loads(line)

    def kill9(self) -> None:
        """End it as a power cut would; on Windows this is TerminateProcess."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def restart(self) -> None:
        """Start it on the same folder and ports, after ending it if it runs."""
        self.stop()
        self.start()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._end()

    def set_faults(self, **faults: Any) -> None:
        self.admin("POST", "/_faults", faults)

    def reset_faults(self) -> None:
        self.admin("DELETE", "/_faults")

    def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = self.admin("GET", "/_stats")
        return found

    def release(self, accession: str) -> None:
        """Make a study public, as on its release date."""
        self.admin("POST", "/_release", {"accno": accession})

    def stored(self, root: str = "") -> Path:
        """Return a folder of the default account's files on disk."""
        return Path(self.ready["stored"]) / root

    def admin(self, method: str, path: str, document: object = None) -> Any:
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(
            self.ready["address"] + path, data=body, method=method
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _end(self) -> None:
        process, self._process = self._process, None
        assert process is not None
        process.wait(SECONDS)
        assert process.stdout is not None
        process.stdout.close()
