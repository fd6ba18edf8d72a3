"""The read side: studies, their file tables and their bytes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import FileResponse, RedirectResponse

from fairsubmit.rehearsal import checks
from fairsubmit.rehearsal.calls import Endpoint, json_answer, number_from
from fairsubmit.rehearsal.refusals import FrameworkError
from fairsubmit.rehearsal.services import FILES, READ_API, STATIC

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.responses import Response

    from fairsubmit.rehearsal.calls import Call
    from fairsubmit.rehearsal.store import Request

__all__ = ["ENDPOINTS"]

DEFAULT_LENGTH = 5
LONGEST_PAGE = 1000
"""More rows than this are answered with none."""

NOT_FOUND = {"errorMessage": "Study not found"}
NOT_ACCESSIBLE = {"errorMessage": "Study not accessible"}


def study(call: Call) -> Response:
    """Answer a study's document, or where it is."""
    found = _study(call)
    if found is None:
        return json_answer(NOT_FOUND, 404)
    if not _open(call, found):
        return json_answer(NOT_ACCESSIBLE, 403)
    if call.services.faults.study_link:
        return json_answer({"ftpHttp_link": f"{_http_link(call, found)}/Files/../"})
    return json_answer(_record(found)["content"])


def info(call: Call) -> Response:
    """Answer the figures of a study; an unknown one has none."""
    found = _study(call)
    if found is None:
        return json_answer({})
    owner = _owner(call, found)
    if not (_open(call, found) or owner):
        return json_answer(NOT_ACCESSIBLE, 403)
    record = _record(found)
    released = datetime.combine(
        date.fromisoformat(record["release_date"]), datetime.min.time(), UTC
    )
    modified = datetime.fromisoformat(record["modified"])
    return json_answer(
        {
            "columns": [_column(name) for name in ("Name", "Size", *_names(record))],
            "files": len(record["files"]),
            "httpLink": _http_link(call, found),
            "ftpLink": f"{call.services.ftp_address}{_place(found)}",
            "globusLink": "",
            "isPublic": checks.is_public(found),
            "relPath": record["relPath"],
            "hasZippedFolders": record["zipped"],
            "views": 0,
            "released": int(released.timestamp() * 1000),
            "modified": int(modified.timestamp() * 1000),
            "sections": sorted({row["section"] for row in record["files"]}),
            **({"seckey": record["seckey"]} if owner else {}),
        }
    )


def table(call: Call) -> Response:
    """Answer a page of a study's files."""
    found = _study(call)
    if found is None:
        return json_answer(NOT_FOUND, 404)
    if not _open(call, found):
        return json_answer(NOT_ACCESSIBLE, 403)
    rows = [_row(row) for row in _record(found)["files"]]
    total = len(rows)
    wanted = (call.query("search[value]") or "").lower()
    rows = [row for row in rows if wanted in json.dumps(row).lower()]
    start = number_from(call.query("start"), 0)
    length = number_from(call.query("length"), DEFAULT_LENGTH)
    page = rows[start : start + length] if length <= LONGEST_PAGE else []
    if call.services.faults.duplicate_rows:
        page += page[-1:]
    return json_answer(
        {
            "draw": number_from(call.query("draw"), 1),
            "recordsTotal": total,
            "recordsFiltered": len(rows),
            "data": page,
        }
    )


def file(call: Call) -> Response:
    """Send a file of a study, from elsewhere when it is public.

    Raises
    ------
    FrameworkError
        404, there is no such study, or it is private.
    """
    found = _study(call)
    path = call.parameter("path")
    if found is None or not _open(call, found):
        raise FrameworkError(404)
    if checks.is_public(found):
        link = f"{_http_link(call, found)}/Files/{quote(path)}"
        return RedirectResponse(link, 302)
    return _send(_folder(call, found) / "Files", path)


def static(call: Call) -> Response:
    """Send a file from the static server behind ``httpLink``.

    Raises
    ------
    FrameworkError
        404, there is no such file of a public study.
    """
    steps: list[str] = []
    for step in call.parameter("path").split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step:
            steps.append(step)
    for count, step in enumerate(steps, 1):
        found = call.services.store.current(step)
        if found is not None and "/".join(steps[:count]) == _record(found)["relPath"]:
            if not checks.is_public(found):
                break
            return _send(_folder(call, found), "/".join(steps[count:]))
    raise FrameworkError(404)


def _study(call: Call) -> Request | None:
    return call.services.store.current(call.parameter("accession"))


def _record(found: Request) -> dict[str, Any]:
    return found.record or {}


def _open(call: Call, found: Request) -> bool:
    return checks.is_public(found) or call.query("key") == _record(found)["seckey"]


def _owner(call: Call, found: Request) -> bool:
    token = call.request.headers.get("x-session-token")
    account = call.services.store.session(token) if token else None
    return account is not None and account.email == found.owner


def _place(found: Request) -> str:
    return f"{STATIC}/fire/{_record(found)['relPath']}"


def _http_link(call: Call, found: Request) -> str:
    return f"{call.services.address}{_place(found)}"


def _folder(call: Call, found: Request) -> Path:
    return call.services.submissions.processing.folder(found)


def _send(folder: Path, path: str) -> Response:
    steps = path.split("/")
    place = folder.joinpath(*steps)
    if ".." in steps or not place.is_file():
        raise FrameworkError(404)
    return FileResponse(place, media_type="application/octet-stream")


def _names(record: dict[str, Any]) -> list[str]:
    names = {name for row in record["files"] for name, _ in row["attributes"]}
    return ["Section", *sorted(names)]


def _column(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": name,
        "visible": True,
        "searchable": name != "Size",
        "data": name.replace(" ", "_"),
        "defaultContent": "",
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": row["stored"].rpartition("/")[2],
        "Size": row["size"],
        "path": row["stored"],
        "type": row["type"],
        "isDirectory": "true" if row["type"] == "directory" else "false",
        "Section": row["section"],
        **{name.replace(" ", "_"): value for name, value in row["attributes"]},
    }


ENDPOINTS = (
    Endpoint("GET", f"{READ_API}/studies/{{accession}}", study),
    Endpoint("GET", f"{READ_API}/studies/{{accession}}/info", info),
    Endpoint("GET", f"{READ_API}/files/{{accession}}", table),
    Endpoint("GET", f"{FILES}/{{accession}}/{{path:path}}", file),
    Endpoint("GET", f"{STATIC}/fire/{{path:path}}", static),
)
