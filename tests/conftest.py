"""Fixtures that every test may use."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# No example is slow or fast for certain on a shared computer; and what lands is
# judged by the same examples each time, while at a desk new ones are tried.
settings.register_profile("desk", deadline=None)
settings.register_profile("landing", deadline=None, derandomize=True)
settings.load_profile("landing" if os.environ.get("CI") else "desk")

# A shell's background jobs ignore Ctrl-C, and so would all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real images and submissions beside the project.

    Tests that need it skip where it is absent and fail where the environment says
    that it must be there.
    """
    folder = PROJECT.parent / "shared"
    if folder.is_dir():
        return folder
    message = "no ../shared with real images and submissions"
    if os.environ.get("FAIRSUBMIT_REQUIRE_SHARED") == "1":
        pytest.fail(message)
    pytest.skip(message)
