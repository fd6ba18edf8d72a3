"""Where files go by FTP, and as whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FtpServer"]


@dataclass(frozen=True, slots=True)
class FtpServer:
    """An account on an FTP server, and how patient to be with it.

    Attributes
    ----------
    host, port
        The server.
    user, password
        The account.
    folder
        Folder to enter after log-in. On a shared account its name is a secret as
        good as a password: it is never shown, and it need not be listed anywhere.
    tls
        ``required``: only encrypted; ``auto``: encrypted if the server can;
        ``off``: not encrypted. A certificate is always verified.
    ca_bundle
        File of certificates to trust instead of the system's.
    connect, stall, reply
        Seconds to wait for a connection, for the network to take the next bytes, and
        for a reply.
    """

    host: str
    port: int = 21
    user: str = "anonymous"
    password: str = field(default="", repr=False)
    folder: str = field(default="", repr=False)
    tls: Literal["auto", "required", "off"] = "auto"
    ca_bundle: Path | None = None
    connect: float = 20.0
    stall: float = 60.0
    reply: float = 60.0

    def clean(self, text: str) -> str:
        """Return a server's words without the password and the folder's name."""
        for secret in (self.password, self.folder.strip("/")):
            if len(secret) > 1:
                text = text.replace(secret, "***")
        return " ".join(text.split())[:200]
