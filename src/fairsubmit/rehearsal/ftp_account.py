"""The one FTP account that everybody shares, and what it may see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pyftpdlib.authorizers import AuthenticationFailed

if TYPE_CHECKING:
    from fairsubmit.rehearsal.services import Services

__all__ = ["Authorizer"]

INSIDE = frozenset("lradfwmMT")
"""pyftpdlib's letters for what may be done inside a secret folder."""


class Authorizer:
    """The shared account: everything inside a secret folder, nothing above.

    Parameters
    ----------
    services
        The accounts and their folders.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def validate_authentication(
        self, username: str, password: str, handler: object
    ) -> None:
        """Refuse another name or password than the shared one.

        Raises
        ------
        AuthenticationFailed
            It is another.
        """
        del handler
        known = self._services.store.settings
        if (username, password) != (known["ftp_user"], known["ftp_password"]):
            raise AuthenticationFailed("Login incorrect.")

    def has_perm(self, username: str, perm: str, path: str | None = None) -> bool:
        """Whether a command is allowed at a path of the file system."""
        del username
        if perm == "e" or path is None:
            return True
        return perm in INSIDE and self._secret(path, at_root=perm in "lM")

    def _secret(self, path: str, *, at_root: bool) -> bool:
        place = Path(path)
        for account in self._services.store.accounts.values():
            root = self._services.store.area(account).root
            if root in place.parents or (at_root and place == root):
                return True
        return False

    def has_user(self, username: str) -> bool:
        """Whether it is the shared account."""
        return bool(username == self._services.store.settings["ftp_user"])

    def get_home_dir(self, username: str) -> str:
        """Return the folder above all secret ones."""
        del username
        return str(self._services.store.files)

    def get_perms(self, username: str) -> str:
        """Return every letter; `has_perm` decides."""
        del username
        return "e" + "".join(sorted(INSIDE))

    def get_msg_login(self, username: str) -> str:
        """Return the greeting."""
        del username
        return "Login successful."

    def get_msg_quit(self, username: str) -> str:
        """Return the farewell."""
        del username
        return "Goodbye."

    def impersonate_user(self, username: str, password: str) -> None:
        """Stay who the server is."""

    def terminate_impersonation(self, username: str) -> None:
        """Stay who the server is."""
