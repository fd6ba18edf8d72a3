"""The commands of the FTP side that are not pyftpdlib's own."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairsubmit.rehearsal.faults import DropReply, FtpRefusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairsubmit.rehearsal.ftp_data import Incoming
    from fairsubmit.rehearsal.services import Services

__all__ = ["HASHES", "ControlMixin"]

DIGEST_BLOCK = 4 * 1024**2
DIGESTS = {"SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512", "MD5": "md5"}


class ControlMixin:
    """A control connection of the embedded archive."""

    services: Services
    given = ""
    """The argument of the command at hand, as the client wrote it."""

    def shown(self, path: str) -> str:
        """Return a path as it stands in the user area it belongs to."""
        place = Path(path)
        for account in self.services.store.accounts.values():
            root = self.services.store.area(account).root
            if root in place.parents:
                return place.relative_to(root).as_posix()
        return place.name

    def stored(self, incoming: Incoming) -> DropReply | None:
        """Note a file that came to its end; return the fault that eats the answer."""
        me: Any = self
        incoming.flow().end()
        name = f"FTP {me.data_channel.cmd}"
        return self.services.faults.take("drop_reply", DropReply, endpoint=name)

    def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
        """Refuse a command that a fault names or that is switched off."""
        me: Any = self
        faults = self.services.faults
        self.given = arg
        refusal = faults.take("ftp_refusal", FtpRefusal, command=cmd)
        self.services.statistics.answered(f"FTP {cmd}", 0)
        if refusal is not None:
            me.respond(refusal.reply)
        elif (cmd in {"REST", "APPE"} and not faults.ftp_resume) or (
            cmd in HASHES and not faults.ftp_hash
        ):
            me.respond(f"502 Command {cmd} not implemented.")
        else:
            super().pre_process_command(line, cmd, arg)  # type: ignore[misc]

    def ftp_FEAT(self, line: str) -> None:  # noqa: N802 - the command's name
        """List what the server can do now."""
        del line
        me: Any = self
        facts = "".join(
            f"{fact}{'*' if fact in me._current_facts else ''};"  # noqa: SLF001 - pyftpdlib names no public one - pyftpdlib's own state
            for fact in me._available_facts  # noqa: SLF001 - pyftpdlib names no public one
        )
        lines = ["EPRT", "EPSV", "MDTM", "MFMT", f"MLST {facts}", "SIZE", "TVFS"]
        lines += ["UTF8", *me._extra_feats]  # noqa: SLF001 - pyftpdlib names no public one
        if self.services.faults.ftp_resume:
            lines.append("REST STREAM")
        if self.services.faults.ftp_hash:
            chosen = self._algorithm()
            names = [f"{name}{'*' if name == chosen else ''}" for name in DIGESTS]
            lines += [f"HASH {';'.join(names)}", "XSHA256", "RANG STREAM"]
        me.push("211-Features supported:\r\n")
        me.push("".join(f" {one}\r\n" for one in sorted(lines)))
        me.respond("211 End FEAT.")

    def ftp_OPTS(self, line: str) -> None:  # noqa: N802 - the command's name
        """Choose the digest of ``HASH``, or what pyftpdlib knows."""
        command, _, argument = line.partition(" ")
        if command.upper() != "HASH" or not self.services.faults.ftp_hash:
            super().ftp_OPTS(line)  # type: ignore[misc]
            return
        me: Any = self
        if argument and argument.upper() not in DIGESTS:
            me.respond(f"501 Unknown algorithm {argument}.")
            return
        if argument:
            me.chosen_digest = argument.upper()
        me.respond(f"200 {self._algorithm()}")

    def ftp_RANG(self, line: str) -> None:  # noqa: N802 - the command's name
        """Restrict the next ``HASH`` to bytes from the first to the second."""
        me: Any = self
        try:
            first, last = (int(part) for part in line.split())
        except ValueError:
            me.respond("501 RANG takes two byte numbers.")
            return
        me.chosen_range = (first, last)
        me.respond(f"350 Restarting at {first}. End byte range at {last}.")

    def ftp_HASH(self, path: str) -> None:  # noqa: N802 - the command's name
        """Answer the digest of a file (draft-bryan-ftpext-hash)."""
        me: Any = self
        chosen, me.chosen_range = getattr(me, "chosen_range", None), None
        size = os.stat(path).st_size if os.path.isfile(path) else -1  # noqa: PTH116, PTH113 - text from pyftpdlib
        if size < 0:
            me.respond("550 Not a regular file.")
            return
        first, last = chosen or (0, size)
        name, algorithm = self.given, self._algorithm()
        self._digest(
            path,
            algorithm,
            (first, min(last, size)),
            lambda digest, end: f"213 {algorithm} {first}-{end} {digest} {name}",
        )

    def ftp_XSHA256(self, line: str) -> None:  # noqa: N802 - the command's name
        """Answer the SHA-256 of a file, or of bytes of it."""
        me: Any = self
        name, (first, last) = _with_range(line)
        path = me.fs.ftp2fs(name)
        inside = me.fs.validpath(path) and me.authorizer.has_perm(
            me.username, "r", path
        )
        if not inside or not Path(path).is_file():
            me.respond("550 Not a regular file.")
            return
        size = Path(path).stat().st_size
        last = size if last is None else min(last, size)
        self._digest(
            path, "SHA-256", (first, last), lambda digest, _: f"250 {digest.upper()}"
        )

    def _algorithm(self) -> str:
        return getattr(self, "chosen_digest", "SHA-256")

    def _digest(
        self,
        path: str,
        algorithm: str,
        part: tuple[int, int],
        reply: Callable[[str, int], str],
    ) -> None:
        """Hash a little at a time, so that other transfers go on meanwhile."""
        me: Any = self
        digest = hashlib.new(DIGESTS[algorithm])
        at, end = part

        def step() -> None:
            nonlocal at
            with Path(path).open("rb") as file:
                file.seek(at)
                block = file.read(min(DIGEST_BLOCK, end - at))
            digest.update(block)
            at += len(block)
            if block and at < end:
                me.ioloop.call_later(0, step)
            elif not me._closed:  # noqa: SLF001 - pyftpdlib names no public one - pyftpdlib's own state
                me.respond(reply(digest.hexdigest(), at))

        step()


HASHES = {
    "HASH": {"perm": "r", "auth": True, "arg": True, "help": "Syntax: HASH <SP> file"},
    "RANG": {
        "perm": None,
        "auth": True,
        "arg": True,
        "help": "Syntax: RANG <SP> first <SP> last",
    },
    "XSHA256": {
        "perm": None,
        "auth": True,
        "arg": True,
        "help": "Syntax: XSHA256 <SP> file [<SP> first <SP> last]",
    },
}


def _with_range(line: str) -> tuple[str, tuple[int, int | None]]:
    name, *numbers = line.rsplit(" ", 2)
    if len(numbers) == 2 and all(number.isdigit() for number in numbers):
        return name, (int(numbers[0]), int(numbers[1]))
    return line, (0, None)
