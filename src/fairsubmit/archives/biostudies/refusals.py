"""How BioStudies says no: four shapes of an answer, read into plain messages.

A  ``{"status": "FAIL", "log": {"level", "message", "subnodes"}}`` from a controller
   (ValidationExceptionHandler.kt and its siblings), whatever the status
B  ``{"message": …}`` from the security filters
C  ``{"timestamp", "status", "error", "path"}``, the framework's own
D  HTML or nothing, from a gateway in front
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import ArchiveError, AuthenticationError
from fairsubmit.http import TRANSIENT_STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.errors import FairsubmitError
    from fairsubmit.http import Answer

__all__ = ["LOGIN", "RefusalError", "messages_of", "read_refusal", "tree_of"]

LOGIN = "run `fairsubmit login`, then the same command again: it goes on from here"
# SecurityUtil.kt; thrown in a filter, so that its status and shape are not certain.
_NO_SESSION = "active session"
# MultipartException of Tomcat behind the generic 500 handler, as of application.yml.
_TOO_LARGE = ("maximum upload size exceeded", "exceeds its maximum permitted size")
_DEEPEST = 50
# The folder of a user, as the log-in answer names it; whoever knows it can write to
# it, so it is no part of any message.
_SECRET = re.compile(r"[0-9a-f]{2}/[0-9a-f]{6}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}-a\d+")


class RefusalError(ArchiveError):
    """BioStudies refused a call and said why.

    Parameters
    ----------
    message
        One sentence.
    messages
        The server's own messages, the most precise ones.
    """

    def __init__(
        self,
        message: str,
        *,
        messages: Sequence[str],
        archive: str = "",
        status: int | None = None,
        request_id: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(
            message,
            archive=archive,
            status=status,
            server_message="; ".join(messages) or None,
            request_id=request_id,
            hint=hint,
        )
        self.messages = tuple(messages)


def tree_of(body: bytes) -> dict[str, Any] | None:
    """Return the message tree of an answer of shape A, ``None`` for any other."""
    value = _read(body)
    log = value.get("log") if isinstance(value, dict) else None
    return log if isinstance(log, dict) and "message" in log else None


def messages_of(body: bytes) -> tuple[str, ...]:
    """Return what the body of a refusal says, most precise messages only.

    Parameters
    ----------
    body
        An answer's bytes, in any of the four shapes; also a bare JSON text or a
        list of them.

    Returns
    -------
    tuple of str
        Empty where nothing readable was said (shape D).
    """
    tree = tree_of(body)
    found = _texts(_read(body)) if tree is None else _leaves(tree, 0)
    return tuple(dict.fromkeys(_SECRET.sub("***", text) for text in found))


def _read(body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _leaves(node: object, depth: int) -> Iterator[str]:
    """Yield the messages at the ends of a tree: those above them are headings."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        return
    nodes = node.get("subnodes")
    below = [
        text
        for child in (nodes if isinstance(nodes, list) else [])
        for text in _leaves(child, depth + 1)
    ]
    own = node.get("message")
    if below:
        yield from below
    elif isinstance(own, str) and own.strip():
        yield own.strip()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        said = value.get("message") or value.get("errorMessage")
        if said:
            yield from _texts(said)
        elif value.get("error"):
            path = value.get("path")
            yield f"{value['error']} ({path})" if path else str(value["error"])


def read_refusal(answer: Answer, *, archive: str) -> FairsubmitError | None:
    """Return the error that an answer stands for; ``None`` for the usual one.

    Parameters
    ----------
    answer
        An answer that is no success.
    archive
        Name of the archive, for messages.
    """
    messages = messages_of(answer.body)
    text = " ".join(messages) or answer.text[:1000]
    if answer.status == 401 or (answer.status == 500 and _NO_SESSION in text):
        return _login(answer, messages, archive)
    if answer.status == 413 or any(words in text.lower() for words in _TOO_LARGE):
        message = f"{archive} does not take uploads of this size over HTTP"
        # 413 even where Tomcat's own limit made it a 500: both mean the same.
        return ArchiveError(
            message, archive=archive, status=413, hint="send it by FTP: --upload ftp"
        )
    if answer.status == 404 and not messages:
        message = f"there is no {archive} at {answer.url}"
        hint = "check the address of the archive (api_url)"
        return ArchiveError(message, archive=archive, status=404, hint=hint)
    unreadable = tree_of(answer.body) is None
    if not messages or (answer.status in TRANSIENT_STATUSES and unreadable):
        return None
    first = messages[0].split("\n")[0]
    more = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
    return RefusalError(
        f"{archive} refused: {first}{more}",
        messages=messages,
        archive=archive,
        status=answer.status,
        request_id=answer.request_id,
    )


def _login(
    answer: Answer, messages: Sequence[str], archive: str
) -> AuthenticationError:
    said = " ".join(messages)
    wrong = "password" in said.lower()
    message = (
        f"{archive} does not know this e-mail address with this password"
        if wrong
        else f"{archive} does not accept the session token, or no longer"
    )
    return AuthenticationError(
        message,
        archive=archive,
        status=answer.status,
        server_message=said or None,
        request_id=answer.request_id,
        hint="check both, then run `fairsubmit login` again" if wrong else LOGIN,
    )
