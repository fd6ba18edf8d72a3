"""What the archive would refuse, found before a byte moves. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fairsubmit.archives.biostudies.places import Places, finding
from fairsubmit.archives.biostudies.render import doi_obstacles
from fairsubmit.archives.biostudies.settings import NAME, Target
from fairsubmit.archives.biostudies.vocabulary import license_of
from fairsubmit.metadata.paths import MAX_PATH_BYTES, path_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fairsubmit.archives.biostudies.settings import Settings
    from fairsubmit.bundle import Bundle
    from fairsubmit.findings import Finding

__all__ = ["FORM_LIMIT", "check"]

# application.yml of the server, max-file-size: 20 GB as Spring counts, in powers of 2.
FORM_LIMIT = 20 * 1024**3
# Largest object of the archive's storage (FIRE): 2 TB.
STORAGE_LIMIT = 2 * 1000**4
# help-file-list: beyond this the archive wants to be asked first.
MANY_FILES = 500_000
# EMBL-EBI's table for depositors: the web form is for less than this altogether.
FORM_TOTAL = 50 * 1000**3
# A deposit whose every path is wrong has one cause; nobody reads 20,000 findings.
_SHOWN = 20


def check(
    bundle: Bundle, settings: Settings, *, form: bool, today: date | None = None
) -> Iterator[Finding]:
    """Compare a bundle with what BioStudies and the BioImage Archive take.

    Parameters
    ----------
    bundle
        What is to be deposited.
    settings
        The archive's settings.
    form
        Whether the files are to be sent over HTTP.
    today
        The day by which the release date is judged; that of UTC by default.
    """
    places = Places(bundle)
    yield from _study(bundle, places, today or datetime.now(UTC).date())
    yield from _target(bundle, places)
    if settings.doi:
        for pointer, why in doi_obstacles(bundle.submission):
            message = f"no DOI will be registered: {why}"
            yield finding("doi-not-possible", message, places.value(pointer))
    yield from _paths(bundle, places)
    yield from _sizes(bundle, places, form=form)


def _study(bundle: Bundle, places: Places, today: date) -> Iterator[Finding]:
    study = bundle.submission.study
    problem = _date_problem(study.release_date, today)
    if problem:
        spot = places.value("/study/release_date")
        message = f"the release date {study.release_date} {problem}"
        yield finding("release-date", message, spot)
    if license_of(study.license) is None:
        message = f"the archive takes CC0 or CC BY 4.0, not {study.license}"
        spot = places.value("/study/license")
        yield finding("licence-refused", message, spot)


def _date_problem(text: str, today: date) -> str | None:
    """Say what is wrong with a release date.

    BioImages.v5.json.ts: limitDatePast P0D, limitDateFuture P2Y; TimesService.kt.
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return "is not a day written as YYYY-MM-DD"
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        return "is not a day written as YYYY-MM-DD"
    if day < today:
        return "is in the past"
    # 29 February has no day two years later; 1 March is the day after two years.
    last = (today.year + 2, today.month, today.day)
    if (day.year, day.month, day.day) > last:
        return "is more than two years ahead"
    return None


def _target(bundle: Bundle, places: Places) -> Iterator[Finding]:
    try:
        Target.model_validate(bundle.submission.targets.get(NAME, {}))
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            steps = "/".join(str(step) for step in problem["loc"])
            message = f"targets: {NAME}: {steps} cannot be used: {problem['msg']}"
            spot = places.value(f"/targets/{NAME}/{steps}")
            yield finding("unknown-target-setting", message, spot)


def _paths(bundle: Bundle, places: Places) -> Iterator[Finding]:
    for name, problem in (
        ("path-refused", path_problem),
        ("path-not-portable", _not_plain),
        ("path-too-long", _too_long),
        ("path-with-odd-spaces", _odd_spaces),
        ("path-collides-with-groups", _group_folder),
    ):
        yield from _each(bundle, places, name, problem)


def _each(
    bundle: Bundle, places: Places, name: str, problem: Callable[[str], str | None]
) -> Iterator[Finding]:
    """Find every path that has a problem; those beyond `_SHOWN` are only counted."""
    found = [
        (entry.path, words)
        for entry in bundle.manifest.entries
        if (words := problem(entry.path))
    ]
    for number, (path, words) in enumerate(found[:_SHOWN], start=1):
        beyond = len(found) - _SHOWN if number == _SHOWN else 0
        more = f", as do {beyond:,} more" if beyond > 0 else ""
        message = f"the path {path} {words}{more}"
        spot = places.of_file(path)
        yield finding(name, message, spot, count=1 + max(0, beyond))


def _not_plain(path: str) -> str | None:
    # help-file-list: spaces at the ends are trimmed, after which no file matches.
    return "begins or ends with a space" if path != path.strip(" ") else None


def _too_long(path: str) -> str | None:
    size = len(path.encode("utf-8", errors="surrogatepass"))
    if size <= MAX_PATH_BYTES:
        return None
    return f"is {size:,} bytes long; {MAX_PATH_BYTES:,} are allowed"


def _odd_spaces(path: str) -> str | None:
    names = path.split("/")
    if path == path.strip(" ") and any(name != name.strip(" ") for name in names):
        return "has a space at the end of a name"
    return "has two spaces side by side" if "  " in path else None


def _group_folder(path: str) -> str | None:
    # FileSourcesService.kt: groups/<group>/… is looked up among group files too.
    return "begins with groups/" if path.startswith("groups/") else None


def _sizes(bundle: Bundle, places: Places, *, form: bool) -> Iterator[Finding]:
    count = len(bundle.manifest)
    for entry in bundle.manifest.entries:
        spot = places.of_file
        if entry.size > STORAGE_LIMIT:
            message = f"{entry.path} has {entry.size:,} bytes, more than 2 TB"
            yield finding("file-too-large", message, spot(entry.path))
        elif form and entry.size > FORM_LIMIT:
            message = (
                f"{entry.path} has {entry.size:,} bytes; over HTTP 20 GB are taken"
            )
            yield finding("file-too-large-for-form", message, spot(entry.path))
    if count > MANY_FILES:
        message = f"there are {count:,} files; beyond {MANY_FILES:,} the archive asks"
        yield finding("very-many-files", f"{message} to be written to", places.document)
    if form and bundle.size > FORM_TOTAL:
        message = f"{bundle.size / 1e9:,.0f} GB are a lot to send over HTTP"
        yield finding("better-by-ftp", message, places.document)
