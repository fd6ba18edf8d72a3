"""What is not BioStudies: counters, faults and the release of studies, for tests."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from fairsubmit.errors import ConfigError
from fairsubmit.rehearsal.calls import Endpoint, empty, json_answer
from fairsubmit.rehearsal.refusals import FrameworkError, RefusalError

if TYPE_CHECKING:
    from starlette.responses import Response

    from fairsubmit.rehearsal.calls import Call

__all__ = ["ENDPOINTS"]


def get_stats(call: Call) -> Response:
    """Answer the counters; ``?path=`` keeps one file's uploads only."""
    _local(call)
    return json_answer(call.services.statistics.report(call.query("path")))


def reset_stats(call: Call) -> Response:
    """Begin to count at nought."""
    _local(call)
    call.services.statistics.reset()
    return empty()


def get_faults(call: Call) -> Response:
    """Answer the faults that are still to happen."""
    _local(call)
    return json_answer(call.services.faults.faults.to_json())


def set_faults(call: Call) -> Response:
    """Change the faults named in a JSON object; null ends one.

    Raises
    ------
    RefusalError
        400, a fault is not known.
    """
    _local(call)
    try:
        changed = call.services.faults.set(call.json())
    except (ConfigError, AttributeError) as error:
        raise RefusalError(400, str(error)) from error
    return json_answer(changed.to_json())


def reset_faults(call: Call) -> Response:
    """End every fault."""
    _local(call)
    call.services.faults.reset()
    return empty()


def release(call: Call) -> Response:
    """Make a study public now, as the scheduler does on its release date.

    Raises
    ------
    RefusalError
        404, there is no such study.
    """
    _local(call)
    (accession,) = call.fields("accno")
    store = call.services.store
    with store.lock:
        current = store.current(accession)
        if current is None or current.record is None:
            raise RefusalError(404, f"The submission '{accession}' was not found")
        current.record["released"] = True
        store.save(current)
    return empty()


def _local(call: Call) -> None:
    client = call.request.client
    if client is None or not ipaddress.ip_address(client.host).is_loopback:
        raise FrameworkError(404)


ENDPOINTS = (
    Endpoint("GET", "/_stats", get_stats),
    Endpoint("DELETE", "/_stats", reset_stats),
    Endpoint("GET", "/_faults", get_faults),
    Endpoint("POST", "/_faults", set_faults),
    Endpoint("DELETE", "/_faults", reset_faults),
    Endpoint("POST", "/_release", release),
)
