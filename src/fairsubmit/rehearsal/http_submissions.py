"""``/submissions``: drafts, submits, requests and the account's own list."""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from fairsubmit.rehearsal import (
    documents,
    file_lists,
    pagetab,
    pagetab_tsv,
    sources,
)
from fairsubmit.rehearsal.calls import Endpoint, empty, json_answer, number_from
from fairsubmit.rehearsal.holdings import draft_json, overview_json
from fairsubmit.rehearsal.processing import now
from fairsubmit.rehearsal.refusals import FrameworkError, RefusalError
from fairsubmit.rehearsal.services import API
from fairsubmit.rehearsal.sources import ListedFiles
from fairsubmit.rehearsal.store import Request
from fairsubmit.rehearsal.submissions import Parameters

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.rehearsal.calls import Call
    from fairsubmit.rehearsal.forms import ReceivedFile

__all__ = ["ENDPOINTS"]

BASE = f"{API}/submissions"
DRAFT = f"{BASE}/drafts/{{accession}}"
REQUEST = f"{BASE}/requests/{{accession}}/{{version:int}}"
KINDS = {"application/json": "json", "text/plain": "tsv"}
LISTED_AT_ONCE = 15


def create_draft(call: Call) -> Response:
    """Keep a draft under a new accession."""
    attach_to = call.query("attachTo") or ""
    desk = call.services.submissions
    request = desk.create_draft(call.who, call.json(), attach_to)
    return json_answer(draft_json(request))


def list_drafts(call: Call) -> Response:
    """List drafts."""
    limit = number_from(call.query("limit"), LISTED_AT_ONCE)
    offset = number_from(call.query("offset"), 0)
    found = call.services.submissions.drafts(call.who, limit, offset)
    return json_answer([draft_json(one) for one in found])


def get_draft(call: Call) -> Response:
    """Answer a draft."""
    found = call.services.submissions.draft(call.who, call.parameter("accession"))
    return json_answer(draft_json(found))


def get_draft_content(call: Call) -> Response:
    """Answer a draft's document."""
    found = call.services.submissions.draft(call.who, call.parameter("accession"))
    return json_answer(found.content)


def put_draft(call: Call) -> Response:
    """Replace a draft's document."""
    changed = call.services.submissions.update_draft(
        call.who, call.parameter("accession"), call.json()
    )
    return json_answer(draft_json(changed))


def delete_draft(call: Call) -> Response:
    """Discard a draft."""
    call.services.submissions.delete_draft(call.who, call.parameter("accession"))
    return empty()


def submit_draft(call: Call) -> Response:
    """Submit a draft; the answer says nothing."""
    call.services.submissions.submit_draft(
        call.who, call.parameter("accession"), _parameters(call)
    )
    return empty()


def submit_draft_and_wait(call: Call) -> Response:
    """Submit a draft and answer the finished document."""
    desk = call.services.submissions
    accession = call.parameter("accession")
    return json_answer(
        desk.wait(desk.submit_draft(call.who, accession, _parameters(call)))
    )


def submit(call: Call) -> Response:
    """Submit a document and answer it finished."""
    return json_answer(call.services.submissions.wait(_submit(call)))


def submit_async(call: Call) -> Response:
    """Submit a document and answer what it is called."""
    return json_answer(_ticket(_submit(call)))


def submit_file(call: Call) -> Response:
    """Submit a document that is a file, and answer it finished."""
    return json_answer(call.services.submissions.wait(_submit_file(call)))


def submit_file_async(call: Call) -> Response:
    """Submit a document that is a file, and answer what it is called."""
    return json_answer(_ticket(_submit_file(call)))


def submit_several(call: Call) -> Response:
    """Submit several documents; files come in parts named by their keys."""
    texts = json.loads(call.required("submissions"))
    kind = call.required("subformat").lower()
    tickets = []
    for key, text in texts.items():
        parameters = _parameters(call, parts=key)
        request = call.services.submissions.submit(call.who, text, kind, parameters)
        tickets.append(_ticket(request))
    return json_answer(tickets)


def validate_file_list(call: Call) -> Response:
    """Check a file list against the files that are there."""
    name = call.required("fileListName")
    desk = call.services.submissions.processing
    document = pagetab.Submission(pagetab.Section("Study"), call.query("accNo"))
    root = call.query("rootPath")
    if root:
        document.put("RootPath", root)
    probe = Request(document.accession or "", 0, call.who.email, None, now(), now())
    where = desk.sources(probe, document)
    rows = sources.read_list(name, where)
    sources.require(ListedFiles(document.section, None, rows), where, status=500)
    return empty()


def check_pagetab(call: Call) -> Response:
    """Convert a document between JSON and TSV without looking at files."""
    text = call.body.decode()
    read = documents.parse(text, call.required("source").lower())
    if call.required("target").lower() == "tsv":
        return PlainTextResponse(pagetab_tsv.to_tsv(read))
    return json_answer(pagetab.to_json(read))


def check_file_list(call: Call) -> Response:
    """Convert a file list between JSON and TSV.

    Raises
    ------
    RefusalError
        500, it is no file list.
    """
    try:
        text = call.body.decode()
        rows = file_lists.parse(text, call.required("source").lower())
    except pagetab.ElementError as error:
        raise RefusalError(500, str(error)) from error
    target = call.required("target").lower()
    write = file_lists.to_tsv if target == "tsv" else file_lists.to_json
    return PlainTextResponse(write(rows))


def status(call: Call) -> Response:
    """Answer a request's status, and move it on."""
    desk = call.services.submissions
    return json_answer(desk.processing.poll(_request(call)))


def errors(call: Call) -> Response:
    """Answer what was wrong with a request."""
    return json_answer(_request(call).errors)


def whole_request(call: Call) -> Response:
    """Answer a request with all that is known of it."""
    request = asdict(_request(call))
    kept = ("accession", "version", "status", "errors", "owner", "modified")
    names = {"accession": "accNo", "modified": "modificationTime"}
    return json_answer({names.get(name, name): request[name] for name in kept})


def list_submissions(call: Call) -> Response:
    """List the account's submissions."""
    limit = number_from(call.query("limit"), LISTED_AT_ONCE)
    offset = number_from(call.query("offset"), 0)
    accession = call.query("accNo")
    found = call.services.submissions.holdings.listed(
        call.who, accession, limit, offset
    )
    return json_answer([overview_json(one) for one in found])


def get_submission(call: Call) -> Response:
    """Answer a submission in short, or its document for ``.json`` and ``.tsv``."""
    name = PurePosixPath(call.parameter("accession"))
    if name.suffix in {".json", ".tsv"}:
        return _document(call, name.stem, name.suffix)
    found = call.services.submissions.holdings.overview(call.who, str(name))
    return empty() if found is None else json_answer(overview_json(found))


def get_file_list(call: Call) -> Response:
    """Answer a file list of a submission.

    Raises
    ------
    FrameworkError
        404, it is no name of a list.
    RefusalError
        500, there is no such list.
    """
    accession, name = call.parameter("accession"), call.parameter("name")
    if PurePosixPath(name).suffix not in {".json", ".tsv"}:
        raise FrameworkError(404)
    desk = call.services.submissions
    found = desk.holdings.persisted(call.account, accession)
    file = desk.processing.folder(found).joinpath("Files", *name.split("/"))
    if ".." in name.split("/") or not file.is_file():
        raise RefusalError(500, f"The file list '{name}' was not found")
    return _text_file(file)


def delete_submission(call: Call) -> Response:
    """Remove a private submission."""
    call.services.submissions.holdings.delete(call.who, call.parameter("accession"))
    return empty()


def delete_submissions(call: Call) -> Response:
    """Remove private submissions."""
    for accession in call.required("submissions").split(","):
        call.services.submissions.holdings.delete(call.who, accession)
    return empty()


def collections(call: Call) -> Response:
    """List the collections the account may attach submissions to."""
    names = call.who.collections
    return json_answer([{"accno": name, "title": name} for name in names])


def _request(call: Call) -> Request:
    desk = call.services.submissions
    version = int(call.parameter("version"))
    return desk.holdings.request(call.who, call.parameter("accession"), version)


def _ticket(request: Request) -> dict[str, object]:
    return {"accNo": request.accession, "version": request.version}


def _submit(call: Call) -> Request:
    kind = KINDS.get(call.request.headers.get("submission_type", "").lower())
    if kind is None:
        raise FrameworkError(400)
    text = call.required("submission") if call.form else call.body.decode()
    desk = call.services.submissions
    return desk.submit(call.who, text, kind, _parameters(call))


def _submit_file(call: Call) -> Request:
    files = call.form.files if call.form else []
    document = next((one for one in files if one.name == "submission"), None)
    if document is None:
        raise FrameworkError(400)
    name = PurePosixPath(document.filename).name
    kind = PurePosixPath(name).suffix.removeprefix(".")
    text = document.file.read_bytes().decode(errors="replace")
    area = call.services.store.area(call.who)
    area.put(document.file, "direct-uploads", name)
    desk = call.services.submissions
    return desk.submit(call.who, text, kind, _parameters(call))


def _parameters(call: Call, parts: str = "files") -> Parameters:
    attributes = [json.loads(text) for text in call.queries("attributes")]
    files = call.form.files if call.form else []
    return Parameters(
        preferred_sources=tuple(call.queries("preferredSources")),
        attributes=tuple((one["name"], one["value"]) for one in attributes),
        storage=call.query("storageMode") or "FIRE",
        sent=_sent(call, [one for one in files if one.name == parts]),
    )


def _sent(call: Call, files: list[ReceivedFile]) -> Path | None:
    if not files:
        return None
    folder = call.services.store.incoming / uuid.uuid4().hex
    folder.mkdir()
    for one in files:
        # only the last part of the name is kept (TempFileGenerator.kt)
        shutil.move(one.file, folder / PurePosixPath(one.filename).name)
    return folder


def _document(call: Call, accession: str, suffix: str) -> Response:
    desk = call.services.submissions
    found = desk.holdings.persisted(call.account, accession)
    return _text_file(desk.processing.folder(found) / f"{accession}{suffix}")


def _text_file(file: Path) -> Response:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".tsv":
        return PlainTextResponse(text)
    return Response(text, media_type="application/json")


ENDPOINTS = (
    Endpoint("POST", f"{BASE}/drafts", create_draft),
    Endpoint("GET", f"{BASE}/drafts", list_drafts),
    Endpoint("GET", DRAFT, get_draft),
    Endpoint("GET", f"{DRAFT}/content", get_draft_content),
    Endpoint("PUT", DRAFT, put_draft),
    Endpoint("DELETE", DRAFT, delete_draft),
    Endpoint("POST", f"{DRAFT}/submit", submit_draft),
    Endpoint("POST", f"{DRAFT}/submit/sync", submit_draft_and_wait),
    Endpoint("POST", f"{BASE}/fileLists/validate", validate_file_list, body="form"),
    Endpoint("POST", f"{BASE}/check-pagetab", check_pagetab),
    Endpoint("POST", f"{BASE}/check-pagetab-file-list", check_file_list),
    Endpoint("POST", BASE, submit, body="either"),
    Endpoint("POST", f"{BASE}/direct", submit_file, body="form"),
    Endpoint("POST", f"{BASE}/async", submit_async, body="either"),
    Endpoint("POST", f"{BASE}/async/direct", submit_file_async, body="form"),
    Endpoint("POST", f"{BASE}/async/multiple", submit_several, body="form"),
    Endpoint("GET", f"{REQUEST}/status", status),
    Endpoint("GET", f"{REQUEST}/errors", errors),
    Endpoint("GET", REQUEST, whole_request),
    Endpoint("GET", BASE, list_submissions),
    Endpoint("DELETE", BASE, delete_submissions),
    Endpoint("GET", f"{BASE}/{{accession}}", get_submission),
    Endpoint("DELETE", f"{BASE}/{{accession}}", delete_submission),
    Endpoint("GET", f"{BASE}/{{accession}}/{{name:path}}", get_file_list),
    Endpoint("GET", f"{API}/collections", collections),
    Endpoint("GET", f"{API}/projects", collections),
)
