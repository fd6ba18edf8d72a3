"""Run rules over a dataset and gather what they say into one report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from fairsubmit.dataset import Dataset
from fairsubmit.errors import ConfigError, FairsubmitError
from fairsubmit.findings import Report, Severity, Waiver
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.images import as_hit
from fairsubmit.lint.layouts import concerning
from fairsubmit.lint.rules import all_rules
from fairsubmit.lint.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from fairsubmit.findings import Finding
    from fairsubmit.lint.lookup import Lookup
    from fairsubmit.lint.waivers import Waivers
    from fairsubmit.manifest import Manifest
    from fairsubmit.metadata.image import Extraction
    from fairsubmit.metadata.load import Document

__all__ = ["RuleError", "lint"]

# Files named in a finding that stands for many.
NAMED_PLACES = 3
UNUSED_WAIVER = "DOC110"
_SEVERITIES = tuple(Severity)
_UNSAID = len(_SEVERITIES)
# Different sentences kept of one rule about images; memory must not grow with the
# number of images, and nobody reads more.
MAX_SENTENCES = 100


class RuleError(FairsubmitError):
    """A rule failed by its own fault; nothing can be said about the data."""

    # EX_SOFTWARE of sysexits.h, as for any other fault of the program itself
    exit_code = 70


def lint(  # noqa: PLR0913 - what is checked, and three ways to narrow it
    dataset: Dataset | Document,
    images: Iterable[Extraction] = (),
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    archive: str | None = None,
    today: date | None = None,
    manifest: Manifest | None = None,
    lookup: Lookup | None = None,
    rules: Sequence[Rule] | None = None,
) -> Report:
    """Check a dataset, or a document alone.

    Parameters
    ----------
    dataset
        A dataset, or a document without its files: rules about files are left out.
    images
        What reading each image gave; taken one at a time.
    select
        Run only rules whose code starts with one of these, e.g. ``PPL`` or
        ``IMG1``; all rules by default.
    ignore
        Leave out rules whose code starts with one of these.
    archive
        Also run the rules of this archive, e.g. ``bioimage-archive``.
    today
        Date that release dates are compared with; the local date by default.
    manifest
        Digests recorded earlier; files that changed since are reported.
    lookup
        Asks registries what no bundled list knows; nothing is asked by default.
    rules
        The rules; `fairsubmit.lint.rules.all_rules` by default.

    Returns
    -------
    Report
        Sorted by path, line, column and code. Where many files share one cause,
        one finding with their count.

    Raises
    ------
    ConfigError
        If `select` or `ignore` names no rule.
    RuleError
        If a rule fails by its own fault.
    """
    known = all_rules() if rules is None else tuple(rules)
    whole = dataset if isinstance(dataset, Dataset) else None
    document = dataset.document if isinstance(dataset, Dataset) else dataset
    chosen = concerning(_chosen(known, select, ignore, archive), document.layout)
    subject = Subject(
        document,
        whole,
        archive,
        today or date.today(),  # noqa: DTZ011 - release dates are local dates
        frozenset(rule.code for rule in known),
        manifest,
        lookup,
    )
    gathered = _Gathered(document, subject.waivers)
    unreadable = document.problems and not document.tree
    # where nothing could be read, everything else would only follow from that
    about = _about_reading(chosen, document) if unreadable else chosen
    _check_document(about, subject, gathered)
    wanted = _Filter(known, select, ignore)
    seen = _check_images(chosen, subject, images, gathered, wanted)
    _check_waivers(chosen, gathered, images=seen)
    return gathered.report()


def _about_reading(rules: Sequence[Rule], document: Document) -> list[Rule]:
    codes = {problem.code for problem in document.problems}
    return [rule for rule in rules if rule.code in codes]


@dataclass(frozen=True)
class _Filter:
    """Which codes of findings made elsewhere are wanted."""

    known: Sequence[Rule]
    select: Sequence[str]
    ignore: Sequence[str]

    def wants(self, code: str) -> bool:
        return _matches(code, self.select or [""]) and not _matches(code, self.ignore)


def _matches(code: str, beginnings: Iterable[str]) -> bool:
    return any(code.startswith(beginning.upper()) for beginning in beginnings)


def _chosen(
    rules: Sequence[Rule],
    select: Sequence[str],
    ignore: Sequence[str],
    archive: str | None,
) -> list[Rule]:
    for beginning in (*select, *ignore):
        if not any(_matches(rule.code, [beginning]) for rule in rules):
            message = f"no rule's code starts with {beginning!r}"
            near = closest(beginning, (rule.code for rule in rules))
            hint = f"did you mean {near}?" if near else "`fairsubmit rule` lists all"
            raise ConfigError(message, hint=hint)
    wanted = _Filter(rules, select, ignore)
    return [rule for rule in rules if rule.applies(archive) and wanted.wants(rule.code)]


def _check_document(
    rules: Iterable[Rule], subject: Subject, gathered: _Gathered
) -> None:
    said: list[tuple[Rule, Hit]] = []
    for rule in rules:
        if rule.check is not None:
            hits = _hits(rule, subject.document.path, rule.check, subject)
            said += [(rule, hit) for hit in hits]
    for rule, hit in _one_per_cause(said):
        gathered.add(rule, hit)


def _one_per_cause(said: list[tuple[Rule, Hit]]) -> Iterator[tuple[Rule, Hit]]:
    """Leave out what the model says where a rule has already spoken, as badly of it."""
    spoken: dict[str, int] = {}
    for rule, hit in said:
        if hit.pointer and not rule.fallback:
            rank = _rank(rule, hit)
            spoken[hit.pointer] = min(rank, spoken.get(hit.pointer, rank))
    for rule, hit in said:
        pointer = hit.pointer or ""
        above = (spoken.get(p, _UNSAID) for p in (pointer, pointer.rpartition("/")[0]))
        if not rule.fallback or min(above) > _rank(rule, hit):
            yield rule, hit


def _rank(rule: Rule, hit: Hit) -> int:
    """Return how bad a hit is: 0 is the worst."""
    return _SEVERITIES.index(hit.severity or rule.severity)


def _check_images(
    rules: Sequence[Rule],
    subject: Subject,
    images: Iterable[Extraction],
    gathered: _Gathered,
    wanted: _Filter,
) -> bool:
    """Check image by image; return whether there was any."""
    handled = {rule.code for rule in wanted.known if rule.check_image}
    surveys = [(rule, rule.survey(subject)) for rule in rules if rule.survey]
    seen = False
    for extraction in images:
        seen, path = True, extraction.path
        for rule in rules:
            if rule.check_image:
                found = _hits(rule, path, rule.check_image, extraction, subject)
                for hit in found:
                    gathered.add(rule, replace(hit, path=hit.path or path))
        for rule, survey in surveys:
            _hits(rule, path, survey.add, extraction)
        _add_foreign(extraction, gathered, wanted, handled)
    for rule, survey in surveys:
        for hit in _hits(rule, subject.document.path, survey.hits):
            gathered.add(rule, hit)
    return seen


def _check_waivers(rules: Sequence[Rule], gathered: _Gathered, *, images: bool) -> None:
    """Say which waivers waived nothing; only of rules that looked."""
    teller = next((rule for rule in rules if rule.code == UNUSED_WAIVER), None)
    if teller is None:
        return
    looked = [r.code for r in rules if r.check or images]
    for given in gathered.waivers.unused(looked):
        hit = Hit(
            f"{given.code} is waived, but nothing needs it",
            given.pointer,
            key=True,
            path=given.path,
            line=given.written_line,
            help="remove the waiver",
            severity=Severity.INFO,
        )
        gathered.add(teller, hit)


def _add_foreign(
    extraction: Extraction, gathered: _Gathered, wanted: _Filter, handled: set[str]
) -> None:
    """Pass on findings of readers that bring their own code."""
    for finding in extraction.findings:
        if finding.code not in handled and wanted.wants(finding.code):
            gathered.add(_stand_in(finding), as_hit(finding))


def _stand_in(finding: Finding) -> Rule:
    """Return a rule for a finding of a reader that brings its own code."""
    code, name = finding.code, finding.name
    doc = f"{name}."
    return Rule(code=code, name=name, severity=finding.severity, gate=ADVICE, doc=doc)


def _hits(
    rule: Rule,
    path: str,
    function: Callable[..., Iterable[Hit] | None],
    *arguments: object,
) -> list[Hit]:
    """Return what a rule's function finds; a mistake of its own names the rule.

    Raises
    ------
    FairsubmitError
        As the function raised it.
    RuleError
        If it failed by its own fault.
    """
    try:
        return list(function(*arguments) or ())
    except FairsubmitError:
        raise
    except Exception as error:
        message = (
            f"rule {rule.code} ({rule.name}) failed on {path}: "
            f"{type(error).__name__}: {error}"
        )
        hint = f"run again with `--ignore {rule.code}`, and please report this"
        raise RuleError(message, hint=hint) from error


@dataclass
class _Group:
    """Hits that share one cause."""

    rule: Rule
    first: Hit
    reason: str | None = None
    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, hit: Hit) -> None:
        self.count += hit.count
        where = hit.path or hit.pointer or ""
        if len(self.places) < NAMED_PLACES and where not in self.places:
            self.places.append(where)

    def finding(self, document: Document) -> Finding:
        hit = self.first
        others = self.count - hit.count
        if others:
            named = ", ".join(self.places[1:])
            named = f", e.g. {named}" if named else ""
            more = f"{hit.message} (and {others:,} more{named})"
            hit = replace(hit, message=more, count=self.count)
        return self.rule.finding(hit, document)


class _Gathered:
    """Findings so far, those with one cause as one; the waived ones apart."""

    def __init__(self, document: Document, given: Waivers) -> None:
        self.document = document
        self.waivers = given
        self.single: list[tuple[Rule, Hit, str | None]] = []
        self.groups: dict[tuple[str | None, ...], _Group] = {}
        self.sentences: dict[str, int] = defaultdict(int)

    def add(self, rule: Rule, hit: Hit) -> None:
        reason = self._reason(rule, hit)
        if not hit.group:
            self.single.append((rule, hit, reason))
            return
        key = (rule.code, hit.severity or rule.severity, hit.message, reason)
        if key not in self.groups and self.sentences[rule.code] >= MAX_SENTENCES:
            hit = replace(hit, message=f"{rule.summary.rstrip('.')}: other cases")
            key = (rule.code, hit.severity or rule.severity, hit.message, reason)
        if key not in self.groups:
            self.sentences[rule.code] += 1
            self.groups[key] = _Group(rule, hit, reason)
        self.groups[key].add(hit)

    def _reason(self, rule: Rule, hit: Hit) -> str | None:
        if not self.waivers.given:
            return None
        path, line = hit.path, hit.line
        if path is None:
            place = self.document.place(hit.pointer or "", key=hit.key)
            path, line = place.path, line or place.line
        return self.waivers.reason(rule.code, path, line)

    def report(self) -> Report:
        """Return what was found, sorted."""
        found = [
            (rule.finding(hit, self.document), reason)
            for rule, hit, reason in self.single
        ]
        groups = self.groups.values()
        found += [(group.finding(self.document), group.reason) for group in groups]
        found.sort(key=lambda item: _order(item[0]))
        return Report(
            tuple(finding for finding, reason in found if reason is None),
            tuple(Waiver(finding, reason) for finding, reason in found if reason),
        )


def _order(finding: Finding) -> tuple[str, int, int, str, str, str]:
    return (
        finding.path or "",
        finding.line or 0,
        finding.column or 0,
        finding.code,
        finding.cell or "",
        finding.message,
    )
