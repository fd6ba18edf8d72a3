"""One deposit: draft, transfer, compare, submit, receipt.

What an earlier run did is asked of the journal and of the archive, so that calling
`submit` again after any interruption goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fairsubmit.bundle import submission_digest
from fairsubmit.errors import (
    ArchiveError,
    ChecksumMismatchError,
    MetadataError,
)
from fairsubmit.findings import Finding, Report, Severity
from fairsubmit.manifest import check_unchanged
from fairsubmit.receipt import Receipt, ReceiptFile, RemoteFile
from fairsubmit.transfer import Action, Journal, Silent, make_plan, transfer
from fairsubmit.version import TOOL

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

    from fairsubmit.archives.base import Archive, Draft, Outcome
    from fairsubmit.bundle import Bundle
    from fairsubmit.transfer import Progress

__all__ = ["journal_path", "receipt_path", "submit", "verify"]

# A file that the archive lists wrongly after a transfer is sent once more.
ROUNDS = 2


def journal_path(state: Path, archive: Archive, root: Path) -> Path:
    """Return where the journal of a deposit lies.

    Parameters
    ----------
    state
        State folder.
    archive
        Where the dataset goes.
    root
        The dataset, absolute.
    """
    key = hashlib.sha256(f"{archive.endpoint}\n{root}".encode()).hexdigest()[:16]
    return state / "journals" / f"{archive.name}-{key}.jsonl"


def receipt_path(state: Path, archive: str, accession: str) -> Path:
    """Return where the receipt of a deposit lies.

    Parameters
    ----------
    state
        State folder.
    archive
        Name of the archive.
    accession
        The archive's identifier.
    """
    return state / "receipts" / f"{archive}-{accession}.json"


def submit(  # noqa: PLR0913 - the settings of one deposit
    bundle: Bundle,
    archive: Archive,
    *,
    state: Path,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    again: bool = False,
) -> Receipt:
    """Deposit a bundle: open a draft, send the files, hand it in, return the receipt.

    Calling it again after any interruption goes on where it stopped; after it
    succeeded, it returns the same receipt and sends nothing.

    Parameters
    ----------
    bundle
        What to deposit.
    archive
        Where to.
    state
        State folder; the journal of this deposit and its receipt lie in it.
    jobs
        Files sent at a time; the transport's own number by default.
    progress
        Told of every step.
    stop
        When set, the transfer ends as soon as it can and raises.
    again
        Make a new submission even though this dataset was submitted before. A new
        one that was begun and interrupted is gone on with.

    Raises
    ------
    MetadataError
        If the archive would refuse the bundle; nothing was sent.
    FileChangedError
        If a file is no longer what was hashed; nothing was submitted.
    TransferError
        If files could not be sent.
    ArchiveError
        If the archive refused or cannot be reached.
    StateError
        If the journal cannot be written or another run uses it.
    """
    progress = progress or Silent()
    _refuse_early(bundle, archive)
    path = journal_path(state, archive, bundle.dataset.root)
    with Journal.open(path, fresh=again and _ended(path)) as journal:
        done = _finished(bundle, archive, journal, state)
        if done is not None:
            progress.say(f"{done.accession} was submitted already, unchanged since")
            return done
        draft = _draft(bundle, archive, journal)
        progress.say(f"draft {draft.accession or draft.key}")
        if journal.submitting and _handed_in(archive, draft):
            progress.say("an earlier run handed it in; asking how it went")
        else:
            _send(bundle, archive, draft, journal, jobs, progress, stop)
            _check_all_unchanged(bundle)
            journal.append("submitting", durable=True)
        outcome = archive.submit(bundle, draft, progress.say)
        receipt = _receipt(bundle, archive, draft, journal, outcome)
        _keep(receipt, state)
        journal.append(
            "submitted",
            durable=True,
            accession=receipt.accession,
            digest=receipt.submission_digest,
        )
        return receipt


def _ended(path: Path) -> bool:
    """Whether the deposit of a journal came to its end."""
    with Journal.open(path) as journal:
        return journal.submitted is not None


def _refuse_early(bundle: Bundle, archive: Archive) -> None:
    findings = tuple(archive.check(bundle))
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors:
        message = f"{archive.name} would refuse this dataset: {errors[0].message}"
        raise MetadataError(
            message, findings=findings, hint="correct what is listed, then run again"
        )


def _finished(
    bundle: Bundle, archive: Archive, journal: Journal, state: Path
) -> Receipt | None:
    """Return the receipt of an earlier run that came to its end.

    Raises
    ------
    ArchiveError
        If the dataset changed since then.
    """
    submitted, draft = journal.submitted, journal.draft
    if submitted is None or draft is None:
        return None
    accession = str(submitted["accession"])
    digest = submission_digest(bundle, archive.render(bundle, draft))
    if digest == submitted["digest"]:
        return Receipt.read(receipt_path(state, archive.name, accession))
    message = (
        f"this dataset was submitted to {archive.name} as {accession}, "
        "and has changed since"
    )
    raise ArchiveError(
        message,
        archive=archive.name,
        hint=f"to change {accession}, write to the archive; to make a new "
        "submission of the changed dataset, add --again",
    )


def _draft(bundle: Bundle, archive: Archive, journal: Journal) -> Draft:
    """Return this deposit's one draft, opened now or by an earlier run."""
    if journal.draft is not None:
        return archive.reopen(journal.draft)
    token = journal.token
    if token is None:
        # Written down before the call: a draft whose answer is lost carries it.
        token = secrets.token_hex(16)
        journal.append("token", durable=True, token=token)
    draft = archive.open(bundle, token)
    journal.append(
        "draft",
        durable=True,
        key=draft.key,
        accession=draft.accession,
        root=draft.root,
        notes=dict(draft.notes),
    )
    return draft


def _handed_in(archive: Archive, draft: Draft) -> bool:
    """Whether the archive is working on it or has taken it."""
    status = archive.status(draft.accession or draft.key)
    return status.accepted or not (status.final or status.state == "DRAFT")


def _send(  # noqa: PLR0913, PLR0917 - the settings of one deposit, passed on
    bundle: Bundle,
    archive: Archive,
    draft: Draft,
    journal: Journal,
    jobs: int | None,
    progress: Progress,
    stop: threading.Event | None,
) -> None:
    """Transfer until the archive's own listing agrees with the bundle.

    Raises
    ------
    ChecksumMismatchError
        If it still does not after `ROUNDS`.
    """
    transport = archive.transport(draft)
    try:
        for _ in range(ROUNDS):
            plan = make_plan(bundle, archive.held(draft), sent=journal.sent)
            if not plan.count(Action.SEND):
                return
            transfer(
                plan,
                transport,
                journal=journal,
                jobs=jobs,
                progress=progress,
                stop=stop,
            )
    finally:
        transport.close()
    left = make_plan(bundle, archive.held(draft), sent=journal.sent)
    wrong = [step for step in left.steps if step.action is Action.SEND]
    if wrong:
        first = wrong[0]
        message = (
            f"{first.item.entry.path} was sent {ROUNDS} times and is still not there: "
            f"{first.reason}" + (f" ({len(wrong)} files)" if len(wrong) > 1 else "")
        )
        raise ChecksumMismatchError(
            message, hint="run the same command again later; nothing was submitted"
        )


def _check_all_unchanged(bundle: Bundle) -> None:
    for entry in bundle.manifest.entries:
        check_unchanged(bundle.dataset.root, entry)
    for entry in bundle.documents.entries:
        check_unchanged(bundle.folder, entry)


def _receipt(
    bundle: Bundle, archive: Archive, draft: Draft, journal: Journal, outcome: Outcome
) -> Receipt:
    accession = outcome.status.accession
    held = archive.deposited(draft.root, accession)
    now = _now()
    files = []
    for item in bundle.items():
        entry = item.entry
        remote = held.get(entry.path) or RemoteFile(entry.path, -1)
        digests = {**journal.digests(entry.path), **remote.digests}
        files.append(
            ReceiptFile(
                entry.path,
                entry.size,
                entry.md5,
                entry.sha256,
                RemoteFile(entry.path, remote.size, digests),
                now,
            )
        )
    return Receipt(
        archive.name,
        archive.endpoint,
        accession,
        outcome.status.state,
        outcome.status.url,
        now,
        TOOL,
        submission_digest(bundle, outcome.document),
        draft.root,
        tuple(sorted(files, key=lambda file: file.path)),
    )


def _keep(receipt: Receipt, state: Path) -> None:
    path = receipt_path(state, receipt.archive, receipt.accession)
    path.parent.mkdir(parents=True, exist_ok=True)
    receipt.write(path)


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def verify(receipt: Receipt, archive: Archive, *, read_back: bool = False) -> Report:
    """Ask whether the archive still holds what the receipt says.

    Parameters
    ----------
    receipt
        What the deposit ended with.
    archive
        Where it was made.
    read_back
        Read every file whose digest the archive does not report back from it, and
        compare the digest of what comes.

    Returns
    -------
    Report
        Empty when every file is held with the same size, and with the same digest
        wherever one is known.

    Raises
    ------
    ArchiveError
        If the archive cannot be asked.
    """
    held = archive.deposited(receipt.root, receipt.accession)
    findings: list[Finding] = []
    for file in receipt.files:
        remote = held.get(file.path)
        if remote is not None and read_back and "sha256" not in remote.digests:
            remote = _read_back(receipt, archive, remote)
        findings.extend(_compare(file, remote))
    return Report(tuple(findings))


def _read_back(receipt: Receipt, archive: Archive, remote: RemoteFile) -> RemoteFile:
    digest, size = hashlib.sha256(), 0
    for block in archive.fetch(receipt.root, receipt.accession, remote.path):
        digest.update(block)
        size += len(block)
    return RemoteFile(remote.path, size, {"sha256": digest.hexdigest()})


def _compare(file: ReceiptFile, remote: RemoteFile | None) -> Iterator[Finding]:
    if remote is None:
        yield _differs("VER101", "file-not-held", file.path, "the archive has it not")
        return
    if remote.size != file.size:
        words = f"the archive has {remote.size:,} bytes, the receipt {file.size:,}"
        yield _differs("VER102", "size-differs", file.path, words)
        return
    for algorithm, found in remote.digests.items():
        expected = getattr(file, algorithm, found)
        if found != expected:
            words = f"{algorithm} is {found} in the archive, {expected} in the receipt"
            yield _differs("VER103", "digest-differs", file.path, words)


def _differs(code: str, name: str, path: str, words: str) -> Finding:
    return Finding(
        code,
        name,
        Severity.ERROR,
        f"{path}: {words}",
        path,
        help="write to the archive with the accession and this line",
    )
