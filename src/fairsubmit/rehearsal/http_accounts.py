"""``/auth``: logging in and out (SecurityResource.kt)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.rehearsal.calls import Endpoint, empty, json_answer
from fairsubmit.rehearsal.processing import now
from fairsubmit.rehearsal.refusals import RefusalError
from fairsubmit.rehearsal.services import API

if TYPE_CHECKING:
    from starlette.responses import Response

    from fairsubmit.rehearsal.calls import Call
    from fairsubmit.rehearsal.store import Account

__all__ = ["ENDPOINTS"]


def log_in(call: Call) -> Response:
    """Answer a log-in.

    Raises
    ------
    RefusalError
        401, the password is wrong.
    """
    email, password = call.fields("login", "password")
    entered = call.services.store.log_in(email, password)
    if entered is None:
        raise RefusalError(401, "Invalid email address or password.")
    token, account = entered
    return json_answer(_profile(call, account, token))


def log_out(call: Call) -> Response:
    """End the session of the token in the body."""
    (token,) = call.fields("sessid")
    call.services.store.revoke(token)
    return empty()


def profile(call: Call) -> Response:
    """Answer who is logged in."""
    token = call.request.headers.get("x-session-token", "")
    return json_answer(_profile(call, call.who, token))


def _profile(call: Call, account: Account, token: str) -> dict[str, Any]:
    nameless = call.services.faults.null_username
    return {
        "sessid": token,
        "email": account.email,
        "username": None if nameless else account.email.partition("@")[0],
        "secret": account.secret,
        "fullname": account.full_name,
        "superuser": account.superuser,
        "orcid": "",
        "allow": [account.email, "Public"],
        "deny": [],
        "uploadType": account.upload_type,
        "lastActivity": now()[:19],
    }


ENDPOINTS = (
    Endpoint("POST", f"{API}/auth/login", log_in, public=True),
    Endpoint("POST", f"{API}/auth/signin", log_in, public=True),
    Endpoint("POST", f"{API}/auth/logout", log_out, public=True),
    Endpoint("POST", f"{API}/auth/signout", log_out, public=True),
    Endpoint("GET", f"{API}/auth/profile", profile),
)
