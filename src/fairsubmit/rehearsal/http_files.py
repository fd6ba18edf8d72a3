"""``/files/user``: the user's file area (UserFilesResource.kt), old paths too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from starlette.responses import FileResponse

from fairsubmit.rehearsal.calls import Endpoint, empty, json_answer
from fairsubmit.rehearsal.refusals import FrameworkError, RefusalError
from fairsubmit.rehearsal.services import API

if TYPE_CHECKING:
    from starlette.responses import Response

    from fairsubmit.rehearsal.calls import Call
    from fairsubmit.rehearsal.forms import ReceivedFile
    from fairsubmit.rehearsal.tree import FileArea

__all__ = ["ENDPOINTS", "GATEWAY_HIDES"]

USER = f"{API}/files/user"
GREEDY_USER = re.compile(rb".*/user")
"""How the old endpoints find the path; a folder named ``user…`` breaks it
(PathResolver.kt)."""


def query(call: Call) -> Response:
    """List a folder."""
    (path,) = call.fields("path")
    return json_answer(_area(call).rows(path))


def upload(call: Call) -> Response:
    """Store the files of a form, over what is there."""
    path = call.required("filePath")
    return _store(call, path)


def delete(call: Call) -> Response:
    """Remove a file or a folder."""
    path, name = call.fields("path", "fileName")
    _area(call).delete(path, name)
    return empty()


def rename(call: Call) -> Response:
    """Give a file another name."""
    path, old, new = call.fields("path", "originalName", "newName")
    _area(call).rename(path, old, new)
    return empty()


def download(call: Call) -> Response:
    """Send a file back."""
    path, name = call.fields("path", "fileName")
    return _send(call, path, name)


def old_list(call: Call) -> Response:
    """List a folder named in the address."""
    return json_answer(_area(call).rows(_old_path(call)))


def old_upload(call: Call) -> Response:
    """Store files in a folder named in the address."""
    return _store(call, _old_path(call))


def old_delete(call: Call) -> Response:
    """Remove a file from a folder named in the address."""
    _area(call).delete(_old_path(call), call.required("fileName"))
    return empty()


def old_download(call: Call) -> Response:
    """Send a file back; the folder stands in a JSON body."""
    (path,) = call.fields("path")
    return _send(call, path, call.required("fileName"))


def create_folder(call: Call) -> Response:
    """Make a folder; in ftp mode only the one above it (FtpFileService.kt)."""
    path, name = call.fields("path", "fileName")
    if call.who.upload_type == "ftp":
        name = ""
    _area(call).locate(path, name).mkdir(parents=True, exist_ok=True)
    return empty()


def old_create_folder(call: Call) -> Response:
    """Make a folder in one named in the address."""
    folder = _area(call).locate(_old_path(call), call.required("folder"))
    folder.mkdir(parents=True, exist_ok=True)
    return empty()


def _area(call: Call) -> FileArea:
    return call.services.store.area(call.who)


def _old_path(call: Call) -> str:
    raw: bytes = call.request.scope["raw_path"]
    return unquote_plus(GREEDY_USER.sub(b"", raw, count=1).decode("latin-1")).strip("/")


def _store(call: Call, path: str) -> Response:
    files = [one for one in call.form.files if one.name == "files"] if call.form else []
    if not files:
        raise FrameworkError(400)
    for one in files:
        _put(call, path, one)
    return empty()


def _put(call: Call, path: str, one: ReceivedFile) -> None:
    area = _area(call)
    area.locate(path, one.filename)
    flow = one.flow
    if flow is not None:
        whole = "/".join(part for part in (path.strip("/"), one.filename) if part)
        flow.end(whole)
    if flow is None or not flow.lost:
        area.put(one.file, path, one.filename)
    ended = flow is not None and call.services.faults.spend(upload_bytes=flow.received)
    if ended:
        call.services.store.revoke(call.request.headers.get("x-session-token", ""))


def _send(call: Call, path: str, name: str) -> Response:
    file = _area(call).locate(path, name)
    if not file.is_file():
        raise RefusalError(500, f"The file '{path}/{name}' was not found")
    return FileResponse(file, filename=name, media_type="application/octet-stream")


ENDPOINTS = (
    Endpoint("POST", f"{USER}/query", query),
    Endpoint("POST", f"{USER}/upload", upload, body="upload"),
    Endpoint("POST", f"{USER}/delete", delete),
    Endpoint("POST", f"{USER}/rename", rename),
    Endpoint("POST", f"{USER}/download", download),
    Endpoint("GET", f"{USER}/download", old_download),
    Endpoint("GET", USER, old_list),
    Endpoint("GET", f"{USER}/{{path:path}}", old_list),
    Endpoint("POST", USER, old_upload, body="upload"),
    Endpoint("POST", f"{USER}/{{path:path}}", old_upload, body="upload"),
    Endpoint("DELETE", USER, old_delete),
    Endpoint("DELETE", f"{USER}/{{path:path}}", old_delete),
    Endpoint("POST", f"{API}/folder/user/create", create_folder),
    Endpoint("POST", f"{API}/folder/user", old_create_folder),
    Endpoint("POST", f"{API}/folder/user/{{path:path}}", old_create_folder),
)

GATEWAY_HIDES = (f"{API}/folder/", f"{API}/groups/", f"{API}/projects")
"""What the public gateway does not route (application.yml of the current UI)."""
