"""Give rocrate-validator the JSON-LD context that it would ask the network for.

usage: crate_context.py CACHE

The context is that of the rocrate package, kept in the validator's own cache under the
address that crates name, so that it works with ``--offline``.
"""

from __future__ import annotations

import io
import sys
from importlib import resources
from typing import TYPE_CHECKING

from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from urllib3 import HTTPResponse

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

ADDRESS = "https://w3id.org/ro/crate/1.1/context"


class Local(HTTPAdapter):
    """Answers every request with the context."""

    def send(self, request: PreparedRequest, **_: object) -> Response:
        text = resources.files("rocrate").joinpath("data", "ro-crate.jsonld")
        raw = HTTPResponse(
            io.BytesIO(text.read_bytes()),
            headers={"Content-Type": "application/ld+json"},
            status=200,
            preload_content=False,
        )
        return self.build_response(request, raw)


def main() -> None:
    session = CachedSession(sys.argv[1], backend="sqlite", expire_after=-1)
    session.mount("https://", Local())
    accept = "application/ld+json, application/json"
    session.get(ADDRESS, headers={"Accept": accept}).raise_for_status()


if __name__ == "__main__":
    main()
