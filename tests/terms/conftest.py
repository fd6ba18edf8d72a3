"""Registries on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.terms.registries import Registries, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def registries() -> Iterator[Registries]:
    """A server that answers as OLS and ROR do."""
    with serving() as running:
        yield running
