"""``fairsubmit terms``: which term a word means, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option
from fairsubmit.cli.online import online_option, registries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.cli.output import Output
    from fairsubmit.terms import Term

# As on the command line; the names of `fairsubmit.terms.KINDS` with hyphens.
KINDS = (
    "imaging-method",
    "fbbi-term",
    "organism",
    "licence",
    "annotation-type",
    "cell-line",
    "identifier",
    "organisation",
)
_KIND_NAMES = {"fbbi-term": "FBbi term"}
HEADER = ("id", "label", "kind", "found by", "below", "note")
_PARENTS = 2


@make_command(
    "terms",
    examples=(
        "fairsubmit terms TIRF",
        'fairsubmit terms "light sheet" --kind imaging-method',
        "fairsubmit terms zebrafish --format json",
        "fairsubmit terms FBbi:00000251",
        'fairsubmit terms "Psammechinus miliaris" --online',
        'fairsubmit terms "University of Dundee" --kind organisation --online',
    ),
    codes=(ExitCode.FINDINGS,),
)
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    metavar="KIND",
    help=f"Only {', '.join(KINDS[:-1])} or {KINDS[-1]}; may be repeated.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="Most terms to show.",
)
@online_option
@format_option("json")
@state_option
def command(
    invocation: Invocation,
    query: tuple[str, ...],
    *,
    kinds: tuple[str, ...],
    limit: int,
    online: bool,
) -> int:
    """Look up what a term is called, and its id.

    Imaging methods, organisms, licences, annotation types, common cell lines; QUERY is
    a label, a synonym, an abbreviation or an id. Without --online only the
    bundled lists are searched, and no network is used: what is not found may well
    exist. Ends with exit code 1 where nothing is found.
    """
    from fairsubmit.terms import asked, find_terms, is_without_term

    words = " ".join(query)
    wanted = [_KIND_NAMES.get(kind, kind.replace("-", " ")) for kind in kinds]
    found = find_terms(words, kinds=wanted, limit=limit)
    with registries(invocation, online=online) as lookup:
        more = asked(lookup, words, wanted) if lookup else []
    known = {term.id for term in found}
    found = [*found, *(term for term in more if term.id not in known)][:limit]
    output = invocation.output
    _show(output, found)
    if found:
        return ExitCode.DONE
    if is_without_term(words):
        output.say(f"FBbi has no term for {words}: write it as it is, without an id")
    else:
        output.say(
            f"nothing is called {words}, or almost so, in the lists that were asked"
        )
        if not online:
            output.hint("ask the Ontology Lookup Service, with --online")
    return ExitCode.FINDINGS


def _show(output: Output, found: Sequence[Term]) -> None:
    if output.format == "json":
        output.json([term.to_json() for term in found])
    elif found:
        output.table(HEADER, map(_row, found))


def _row(term: Term) -> tuple[str, ...]:
    by = term.matched
    if term.name not in {"", term.label, term.id}:
        by = f"{by} {term.name}"
    above = " < ".join(term.parents[:_PARENTS])
    return term.id, term.label, term.kind, by, above, term.note
