"""The HTTP side of the embedded archive: one gate, then the endpoints."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import sys
from functools import partial
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, Router

from fairsubmit.rehearsal import (
    http_accounts,
    http_admin,
    http_files,
    http_studies,
    http_submissions,
)
from fairsubmit.rehearsal.bodies import Body, DisconnectedError
from fairsubmit.rehearsal.calls import Call
from fairsubmit.rehearsal.faults import ANSWERS, Answer, DropReply
from fairsubmit.rehearsal.flow import Flow
from fairsubmit.rehearsal.forms import CutConnectionError, read_form
from fairsubmit.rehearsal.refusals import (
    NO_SESSION,
    FrameworkError,
    RefusalError,
    SecurityError,
)
from fairsubmit.rehearsal.services import API

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from fairsubmit.rehearsal.calls import Endpoint
    from fairsubmit.rehearsal.forms import Form
    from fairsubmit.rehearsal.services import Services
    from fairsubmit.rehearsal.store import Account

__all__ = ["build"]

ENDPOINTS = (
    *http_accounts.ENDPOINTS,
    *http_files.ENDPOINTS,
    *http_submissions.ENDPOINTS,
    *http_studies.ENDPOINTS,
    *http_admin.ENDPOINTS,
)
PUBLIC = {(one.method, one.path) for one in ENDPOINTS if one.public}
DOCUMENT = re.compile(re.escape(API) + r"/submissions/[^/]+\.(json|tsv)")
"""What may be read without a token, beside the public endpoints."""

GATEWAY_PAGE = """<html>
<head><title>{code} {title}</title></head>
<body><center><h1>{code} {title}</h1></center><hr><center>nginx</center></body>
</html>
"""
FIN_SECONDS = 0.2


def build(services: Services) -> Gate:
    """Return the application."""
    routes = [_route(services, one) for one in ENDPOINTS]
    return Gate(Router(routes, redirect_slashes=False), services)


class Gate:
    """What stands in front of the endpoints: faults, tokens, counting.

    Parameters
    ----------
    router
        The endpoints.
    services
        What they use.
    """

    def __init__(self, router: Router, services: Services) -> None:
        self._router = router
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        reply = Reply(scope, send, self._services)
        try:
            early = self._early(scope, reply.name)
            if early is not None:
                await early(scope, receive, reply.send)
            else:
                await self._route(scope, receive, reply.send)
        except CutConnectionError as error:
            await cut(scope, receive, error.how)
        except DisconnectedError:
            pass
        finally:
            reply.count()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self  # has the router raise what it does not find
        try:
            await self._router(scope, receive, send)
        except (CutConnectionError, DisconnectedError):
            raise
        except Exception as error:  # noqa: BLE001 - as GeneralExceptionHandler.kt does
            await _refusal(error, scope["path"])(scope, receive, send)

    def _early(self, scope: Scope, name: str) -> Response | None:
        """Return the answer of a gateway or a filter, if one answers."""
        path: str = scope["path"]
        if not path.startswith(API):
            return None
        for fault, code in ANSWERS.items():
            answer = self._services.faults.take(fault, Answer, endpoint=name)
            if answer is not None:
                return _page(code, answer.retry_after)
        hidden = path.startswith(http_files.GATEWAY_HIDES)
        if hidden and self._services.faults.gateway:
            return JSONResponse(FrameworkError(404).body(path), 404)
        return self._filter(scope)

    def _filter(self, scope: Scope) -> Response | None:
        """Find whose token it is (SpringSecurityFilter.kt)."""
        token = _token(Request(scope))
        account = self._services.store.session(token) if token else None
        if token and account is not None and self._services.faults.spend(requests=1):
            self._services.store.revoke(token)
            account = None
        if token and account is None:
            return self._no_session()
        scope["fairsubmit.account"] = account
        if account is None and not _anonymous(scope):
            refusal = SecurityError()
            return JSONResponse(refusal.body(), refusal.status)
        return None

    def _no_session(self) -> Response:
        code = self._services.faults.wrong_token
        if code == 401:
            return JSONResponse(SecurityError(NO_SESSION).body(), 401)
        return HTMLResponse(f"<html><body>{NO_SESSION}</body></html>", code)


class Reply:
    """The answer to one request, on its way out.

    Parameters
    ----------
    scope, send
        As the server gave them.
    services
        What goes wrong and what is counted.
    """

    def __init__(self, scope: Scope, send: Send, services: Services) -> None:
        path: str = scope["path"]
        self.name = f"{scope['method']} {path.removeprefix(API)}"
        self._scope = scope
        self._send = send
        self._services = services
        self._status = 0

    async def send(self, message: Message) -> None:
        """Pass on a message of the answer, or end the connection instead.

        Raises
        ------
        CutConnectionError
            The answer is to be lost.
        """
        if message["type"] == "http.response.start":
            status: int = message["status"]
            if status < 400:
                faults = self._services.faults
                drop = faults.take("drop_reply", DropReply, endpoint=self.name)
                if drop is not None:
                    raise CutConnectionError(drop.how)
            self._status = status
            if self._scope.get("fairsubmit.last"):
                headers = [*message["headers"], (b"connection", b"close")]
                message = {**message, "headers": headers}
        await self._send(message)

    def count(self) -> None:
        """Count the request."""
        name = self._scope.get("fairsubmit.endpoint", self.name)
        if not name.startswith(("GET /_", "POST /_", "DELETE /_")):
            self._services.statistics.answered(name, self._status)


async def cut(scope: Scope, receive: Receive, how: str) -> None:
    """End the connection of a request, and wait until the server has noticed."""
    transport: asyncio.Transport = scope["state"]["transport"]
    if how == "rst":
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    else:
        transport.write_eof()
        await asyncio.sleep(FIN_SECONDS)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _route(services: Services, endpoint: Endpoint) -> Route:
    answer = partial(_answer, services, endpoint)
    return Route(endpoint.path, answer, methods=[endpoint.method])


async def _answer(services: Services, endpoint: Endpoint, request: Request) -> Response:
    path = endpoint.path.removeprefix(API)
    request.scope["fairsubmit.endpoint"] = f"{endpoint.method} {path}"
    account: Account | None = request.scope.get("fairsubmit.account")
    call = Call(services, request, account)
    await _read(call, endpoint)
    try:
        return await run_in_threadpool(endpoint.answer, call)
    finally:
        if call.form is not None:
            call.form.discard()


async def _read(call: Call, endpoint: Endpoint) -> None:
    kind = call.request.headers.get("content-type", "")
    as_form = endpoint.body in {"form", "upload"} or (
        endpoint.body == "either" and kind.startswith("multipart/")
    )
    body = Body(call.request)
    if body.length > call.services.faults.max_upload_bytes:
        raise RefusalError(500, "Maximum upload size exceeded")
    if as_form:
        call.form = await _form(call, body, watched=endpoint.body == "upload")
    else:
        call.body = await body.read()


async def _form(call: Call, body: Body, *, watched: bool) -> Form:
    services = call.services

    def watch(folder: str, name: str) -> Flow:
        path = "/".join(part for part in (folder.strip("/"), name) if part)
        return Flow(services.faults, services.statistics, path, "http")

    return await read_form(
        call.request.headers,
        body,
        services.store.incoming,
        watch if watched else None,
    )


def _anonymous(scope: Scope) -> bool:
    method, path = scope["method"], scope["path"]
    return (method, path) in PUBLIC or (
        method == "GET" and DOCUMENT.fullmatch(path) is not None
    )


def _token(request: Request) -> str:
    token = request.headers.get("x-session-token")
    if token:
        return token
    for name, value in request.cookies.items():
        if name.startswith("BIOSTDSESS-"):
            return value
    return request.query_params.get("BIOSTDSESS", "")


def _page(code: int, retry_after: int | None) -> Response:
    title = {413: "Request Entity Too Large", 502: "Bad Gateway"}.get(code, "Error")
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return HTMLResponse(GATEWAY_PAGE.format(code=code, title=title), code, headers)


def _refusal(error: Exception, path: str) -> Response:
    """Return the answer to what was raised for a call."""
    if isinstance(error, HTTPException):
        error = FrameworkError(error.status_code)
    if isinstance(error, FrameworkError):
        return JSONResponse(error.body(path), error.status)
    if not isinstance(error, RefusalError | SecurityError):
        error = RefusalError(500, f"{type(error).__name__}: {error}")
    return JSONResponse(error.body(), error.status)
