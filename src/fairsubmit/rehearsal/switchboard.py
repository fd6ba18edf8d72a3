"""The faults of a running server, switched and counted down from any thread."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from fairsubmit.rehearsal.faults import Fault, Faults, UnknownStatus, fault_value

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Switchboard"]

F = TypeVar("F", bound=Fault)


@dataclass
class Switchboard:
    """The faults of a running server, safe to use from any thread.

    Parameters
    ----------
    faults
        What to start with.
    """

    faults: Faults = field(default_factory=Faults)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the setting of that name
        """Return the current value of a setting or fault.

        Raises
        ------
        AttributeError
            There is none of that name.
        """
        if name in Faults.__dataclass_fields__:
            return getattr(self.faults, name)
        raise AttributeError(name)

    def set(self, changes: Mapping[str, Any]) -> Faults:
        """Change the faults that are named, leave the others.

        Raises
        ------
        ConfigError
            A name or a value is not known.
        """
        values: Any = {name: fault_value(name, raw) for name, raw in changes.items()}
        with self._lock:
            self.faults = dataclasses.replace(self.faults, **values)
            return self.faults

    def reset(self, faults: Faults | None = None) -> None:
        """End every fault, or put others in their place."""
        with self._lock:
            self.faults = faults or Faults()

    def take(self, name: str, kind: type[F], **what: str) -> F | None:
        """Return the fault if it is to happen now, and count it down.

        Parameters
        ----------
        name
            Its name.
        kind
            Its type.
        what
            What the fault's own filter looks at.
        """
        with self._lock:
            fault = getattr(self.faults, name)
            if not isinstance(fault, kind) or not fault.matches(**what):
                return None
            if fault.times is not None and fault.times < 1:
                return None
            if fault.times is not None:
                left = fault.times - 1
                rest = dataclasses.replace(fault, times=left) if left > 0 else None
                changed: Any = {name: rest}
                self.faults = dataclasses.replace(self.faults, **changed)
            return fault

    def stuck_at(self) -> str | None:
        """Return the status that no request gets past."""
        fault = self.faults.stuck_status
        return fault.status if fault is not None else None

    def take_unknown_status(self) -> str | None:
        """Return the strange status to report now."""
        fault = self.take("unknown_status", UnknownStatus)
        return fault.status if fault is not None else None

    def spend(self, *, requests: int = 0, upload_bytes: int = 0) -> bool:
        """Count towards `RevokeToken`; return whether the session ends now.

        Parameters
        ----------
        requests
            Requests that carried a token.
        upload_bytes
            Bytes of files received over HTTP.
        """
        with self._lock:
            fault = self.faults.revoke_token
            if fault is None:
                return False
            left = dataclasses.replace(
                fault,
                after_requests=_less(fault.after_requests, requests),
                after_bytes=_less(fault.after_bytes, upload_bytes),
            )
            over = _below_zero(left.after_requests) or _below_zero(left.after_bytes)
            self.faults = dataclasses.replace(
                self.faults, revoke_token=None if over else left
            )
            return over


def _less(left: int | None, spent: int) -> int | None:
    return None if left is None else left - spent


def _below_zero(left: int | None) -> bool:
    return left is not None and left < 0
