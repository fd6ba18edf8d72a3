"""The plan: what would be sent, skipped or refused. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.bundle import Bundle, Item
    from fairsubmit.manifest import Entry
    from fairsubmit.receipt import RemoteFile

__all__ = ["Action", "Plan", "Step", "make_plan"]


class Action(StrEnum):
    """What happens to a file."""

    SEND = "send"
    SKIP = "skip"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Step:
    """One file of a plan.

    Attributes
    ----------
    item
        The file.
    action
        What happens to it.
    reason
        Why, in words.
    """

    item: Item
    action: Action
    reason: str


@dataclass(frozen=True)
class Plan:
    """What a transfer will do.

    Attributes
    ----------
    steps
        All files of a deposit, each with what happens to it, in bundle order.
    """

    steps: tuple[Step, ...]

    def chosen(self, action: Action) -> tuple[Item, ...]:
        """Return the files that `action` is planned for."""
        return tuple(step.item for step in self.steps if step.action is action)

    def count(self, action: Action) -> int:
        """Return the number of files that `action` is planned for."""
        return Counter(step.action for step in self.steps)[action]

    def size(self, action: Action) -> int:
        """Return the bytes of the files that `action` is planned for."""
        return sum(s.item.entry.size for s in self.steps if s.action is action)

    @property
    def requests(self) -> int:
        """Upload requests at least: one a file, since the rest of it goes in one."""
        return self.count(Action.SEND)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as a JSON object."""
        return {
            "fairsubmit_plan": 1,
            "requests": self.requests,
            "summary": {
                action.value: {"files": self.count(action), "bytes": self.size(action)}
                for action in Action
            },
            "files": [
                {
                    "path": step.item.entry.path,
                    "size": step.item.entry.size,
                    "action": step.action.value,
                    "reason": step.reason,
                }
                for step in self.steps
            ],
        }


def make_plan(
    bundle: Bundle,
    held: Mapping[str, RemoteFile],
    *,
    sent: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
) -> Plan:
    """Compare a bundle with what the archive holds.

    Parameters
    ----------
    bundle
        What is to be deposited.
    held
        What the archive holds for this deposit, by path.
    sent
        SHA-256 of what earlier runs sent, by path: a file of equal size that held
        other bytes then is sent again. ``""`` where an upload was begun and not
        confirmed, see `Journal.sent`.
    refused
        Why the archive will not take a file, by path.
    """
    sent, refused = sent or {}, refused or {}
    return Plan(
        tuple(
            _step(item, held.get(item.entry.path), sent, refused)
            for item in bundle.items()
        )
    )


def _step(
    item: Item,
    remote: RemoteFile | None,
    sent: Mapping[str, str],
    refused: Mapping[str, str],
) -> Step:
    entry = item.entry
    if reason := refused.get(entry.path):
        return Step(item, Action.REFUSE, reason)
    if remote is None:
        return Step(item, Action.SEND, "the archive does not have it")
    difference = _difference(entry, remote, sent.get(entry.path, entry.sha256))
    if difference is not None:
        return Step(item, Action.SEND, difference)
    same = "size and digest" if remote.digests else "size"
    return Step(item, Action.SKIP, f"the archive has it with the same {same}")


def _difference(entry: Entry, remote: RemoteFile, before: str) -> str | None:
    """Say why what the archive holds is not the file; `before` was sent last."""
    if remote.size != entry.size:
        return f"the archive has {remote.size:,} of {entry.size:,} bytes"
    for algorithm, digest in remote.digests.items():
        if getattr(entry, algorithm, digest) != digest:
            return f"the archive has another {algorithm}"
    if not before:
        return "an earlier upload of it was not confirmed"
    if before != entry.sha256:
        return "it changed since it was sent (same size)"
    return None
