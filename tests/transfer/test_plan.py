"""The plan: a pure comparison of the bundle with what the archive holds."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from fairsubmit.receipt import RemoteFile
from fairsubmit.transfer import Action, make_plan

if TYPE_CHECKING:
    from fairsubmit.bundle import Bundle


@pytest.fixture
def item(source):
    return source.item("raw/a.tif", b"12345")


def bundle_of(*items) -> Bundle:
    return cast("Bundle", SimpleNamespace(items=lambda: iter(items)))


def planned(item, *held, **known):
    plan = make_plan(bundle_of(item), {file.path: file for file in held}, **known)
    (step,) = plan.steps
    return step.action, step.reason


def remote(size=5, **digests):
    return RemoteFile("raw/a.tif", size, digests)


def test_what_the_archive_does_not_have_is_sent(item):
    assert planned(item) == (Action.SEND, "the archive does not have it")


def test_what_it_has_is_skipped(item):
    assert planned(item, remote())[0] is Action.SKIP
    assert planned(item, remote(md5=item.entry.md5, sha256=item.entry.sha256)) == (
        Action.SKIP,
        "the archive has it with the same size and digest",
    )
    assert planned(item, remote(crc32="of another kind"))[0] is Action.SKIP


def test_another_size_is_sent(item):
    assert planned(item, remote(3)) == (Action.SEND, "the archive has 3 of 5 bytes")


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_another_digest_is_sent(item, algorithm):
    action, reason = planned(item, remote(**{algorithm: "0" * 32}))
    assert action is Action.SEND
    assert algorithm in reason


def test_what_was_sent_with_other_content_is_sent_again(item):
    sent = {"raw/a.tif": "0" * 64}
    assert planned(item, remote(), sent=sent)[0] is Action.SEND
    sent = {"raw/a.tif": item.entry.sha256}
    assert planned(item, remote(), sent=sent)[0] is Action.SKIP


def test_an_upload_without_an_end_is_not_believed(item):
    action, reason = planned(item, remote(), sent={"raw/a.tif": ""})
    assert action is Action.SEND
    assert "not confirmed" in reason


def test_what_the_archive_does_not_take_is_refused(item):
    refused = {"raw/a.tif": "it is too large"}
    assert planned(item, remote(), refused=refused) == (
        Action.REFUSE,
        "it is too large",
    )


def test_counts_and_json(source):
    items = [source.item(f"{size}.tif", b"x" * size) for size in (1, 20, 300)]
    held = {"20.tif": RemoteFile("20.tif", 20)}
    plan = make_plan(bundle_of(*items), held, refused={"300.tif": "no"})
    assert [plan.count(action) for action in Action] == [1, 1, 1]
    assert [plan.size(action) for action in Action] == [1, 20, 300]
    assert plan.chosen(Action.SEND) == (items[0],)
    value = json.loads(json.dumps(plan.to_json()))
    assert value["summary"]["skip"] == {"files": 1, "bytes": 20}
    assert [file["path"] for file in value["files"]] == ["1.tif", "20.tif", "300.tif"]
