"""What one HTTP call is, for the functions that answer it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from starlette.responses import JSONResponse, Response

from fairsubmit.rehearsal.refusals import FrameworkError, RefusalError, SecurityError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from fairsubmit.rehearsal.forms import Form
    from fairsubmit.rehearsal.services import Services
    from fairsubmit.rehearsal.store import Account

__all__ = ["Call", "Endpoint", "empty", "json_answer", "number_from"]


@dataclass
class Call:
    """One request, with its body read.

    Parameters
    ----------
    services
        What it may use.
    request
        The request as the framework has it.
    account
        Who asks; None for nobody.
    body
        The body of a request that is no form.
    form
        The form.
    """

    services: Services
    request: Request
    account: Account | None = None
    body: bytes = b""
    form: Form | None = None

    @property
    def who(self) -> Account:
        """The account that asks.

        Raises
        ------
        SecurityError
            Nobody is logged in.
        """
        if self.account is None:
            raise SecurityError
        return self.account

    def parameter(self, name: str) -> str:
        """Return a part of the path."""
        value: str = self.request.path_params[name]
        return value

    def query(self, name: str) -> str | None:
        """Return a parameter, of the query or of the form."""
        value = self.request.query_params.get(name)
        if value is None and self.form is not None:
            return self.form.text(name)
        return value

    def queries(self, name: str) -> list[str]:
        """Return every value of a parameter."""
        values = self.request.query_params.getlist(name)
        return values + (self.form.fields.get(name, []) if self.form else [])

    def required(self, name: str) -> str:
        """Return a parameter that must be there.

        Raises
        ------
        FrameworkError
            400, it is not.
        """
        value = self.query(name)
        if value is None:
            raise FrameworkError(400)
        return value

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Return the body as JSON.

        Raises
        ------
        FrameworkError
            400, there is none.
        RefusalError
            500, it is not JSON.
        """
        if not self.body.strip():
            raise FrameworkError(400)
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise RefusalError(500, f"JSON parse error: {error}") from error

    def fields(self, *names: str) -> list[str]:
        """Return string members of a JSON object in the body.

        Raises
        ------
        FrameworkError
            400, one is missing.
        """
        document = self.json()
        found = document if isinstance(document, dict) else {}
        values = [value for name in names if isinstance(value := found.get(name), str)]
        if len(values) != len(names):
            raise FrameworkError(400)
        return values


@dataclass(frozen=True)
class Endpoint:
    """A function that answers the calls of one method and path.

    Parameters
    ----------
    method, path
        The path as Starlette writes it, whole.
    answer
        The function; it runs in a thread of its own.
    body
        How the body is read: ``raw``, as a ``form``, or as an ``upload``.
    public
        Whether it answers without a token.
    """

    method: str
    path: str
    answer: Callable[[Call], Response]
    body: Literal["raw", "form", "upload", "either"] = "raw"
    public: bool = False


def json_answer(value: object, status: int = 200) -> Response:
    """Return an answer of JSON."""
    return JSONResponse(value, status)


def empty() -> Response:
    """Return 200 with no body."""
    return Response(b"", 200)


def number_from(text: str | None, default: int) -> int:
    """Return a number of a query.

    Raises
    ------
    FrameworkError
        400, it is none.
    """
    if text is None:
        return default
    try:
        return int(text)
    except ValueError as error:
        raise FrameworkError(400) from error
