"""How BioStudies says no: the four shapes of an error answer.

A  ``{"status": "FAIL", "log": {"level", "message", "subnodes"}}``, from a controller
B  ``{"message": …}``, from the security filters
C  ``{"timestamp", "status", "error", "path"}``, the framework's own
D  HTML or nothing, from a gateway in front

Shapes A to C are raised here; shape D comes from `fairsubmit.rehearsal.faults`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

__all__ = ["FrameworkError", "RefusalError", "RejectedError", "SecurityError"]

NO_TOKEN = "Full authentication is required to access this resource"  # noqa: S105 - a message
NO_SESSION = "Could not find an active session for the provided security token."


class RefusalError(Exception):
    """Shape A: a tree of messages.

    Parameters
    ----------
    status
        The HTTP status.
    message
        The message at the root of the tree.
    subnodes
        The messages below it.
    """

    def __init__(self, status: int, message: str, *subnodes: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.subnodes = subnodes

    @property
    def reasons(self) -> tuple[str, ...]:
        """The messages a person would act on: the leaves of the tree."""
        return self.subnodes or (self.message,)

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        nodes = [
            {"level": "ERROR", "message": text, "subnodes": []}
            for text in self.subnodes
        ]
        return {
            "status": "FAIL",
            "log": {"level": "ERROR", "message": self.message, "subnodes": nodes},
        }


class RejectedError(RefusalError):
    """The refusal of a submission that breaks one rule.

    BioStudies reports one broken rule at a time (SubmissionSubmitter.kt).

    Parameters
    ----------
    message
        The rule, in its words.
    """

    def __init__(self, message: str) -> None:
        super().__init__(400, "Submission validation errors", message)


class SecurityError(Exception):
    """Shape B: a filter in front of the controllers refused.

    Parameters
    ----------
    message
        What it says.
    status
        The HTTP status.
    """

    def __init__(self, message: str = NO_TOKEN, status: int = 401) -> None:
        super().__init__(message)
        self.message = message
        self.status = status

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        return {"message": self.message}


class FrameworkError(Exception):
    """Shape C: a missing parameter, a wrong method or an unknown path.

    Parameters
    ----------
    status
        The HTTP status.
    """

    def __init__(self, status: int) -> None:
        super().__init__(HTTPStatus(status).phrase)
        self.status = status

    def body(self, path: str) -> dict[str, Any]:
        """Return the JSON of the answer to a request for `path`."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {
            "timestamp": now.replace("+00:00", "+0000"),
            "status": self.status,
            "error": HTTPStatus(self.status).phrase,
            "path": path,
        }
