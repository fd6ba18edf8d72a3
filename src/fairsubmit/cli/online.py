"""Registries that a command may ask: how they are set up, and what is said of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.cli.invocation import Invocation
    from fairsubmit.terms import Online

__all__ = ["online_option", "registries"]

online_option = click.option(
    "--online",
    is_flag=True,
    help="Ask OLS and ROR what the bundled lists do not know.",
)


@contextmanager
def registries(invocation: Invocation, *, online: bool) -> Iterator[Online | None]:
    """Give what asks OLS and ROR; nothing is asked yet.

    Parameters
    ----------
    invocation
        Says where answers are kept, and is told when a registry does not answer.
    online
        Whether anything may be asked; if not, ``None`` is given.
    """
    if not online:
        yield None
        return
    from fairsubmit.terms.online import OLS, ROR, Online

    config = invocation.config
    addresses = config.lookup
    output = invocation.output
    lookup = Online(
        config.state_dir / "lookup",
        tell=lambda words: output.warn(f"{words}; only the bundled lists are used"),
        ols_url=addresses.get("ols_url", OLS),
        ror_url=addresses.get("ror_url", ROR),
    )
    try:
        yield lookup
    finally:
        lookup.close()
