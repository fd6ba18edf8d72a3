"""What the archive would refuse, found before a byte moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.archives.biostudies import connect
from fairsubmit.archives.biostudies.limits import check
from fairsubmit.archives.biostudies.settings import Settings
from fairsubmit.findings import Severity
from fairsubmit.manifest import Manifest
from fairsubmit.metadata.paths import path_problem

if TYPE_CHECKING:
    from fairsubmit.bundle import Bundle
    from fairsubmit.findings import Finding


def found(bundle: Bundle, *, form: bool = True, **more: Any) -> list[Finding]:
    return list(check(bundle, Settings(), form=form, **more))


def sized(bundle: Bundle, *sizes: int) -> Bundle:
    entries = bundle.manifest.entries
    changed = [
        replace(entry, size=size) for entry, size in zip(entries, sizes, strict=False)
    ]
    rest = entries[len(sizes) :]
    return replace(bundle, manifest=Manifest((*changed, *rest)))


def test_a_good_bundle_has_no_findings(bundle: Bundle) -> None:
    assert found(bundle) == []


@pytest.mark.parametrize(
    ("size", "form", "code"),
    [
        (20 * 1024**3, True, None),
        (20 * 1024**3 + 1, True, "BIA105"),
        (20 * 1024**3 + 1, False, None),
        (2 * 10**12, False, None),
        (2 * 10**12 + 1, False, "BIA106"),
        (2 * 10**12 + 1, True, "BIA106"),
    ],
)
def test_large_files(bundle: Bundle, size: int, form: bool, code: str | None) -> None:
    errors = [f for f in found(sized(bundle, size), form=form) if f.severity == "error"]
    assert [f.code for f in errors] == ([code] if code else [])
    if code:
        assert errors[0].line is not None


def test_much_data_over_http_is_better_sent_by_ftp(bundle: Bundle) -> None:
    large = sized(bundle, 18 * 10**9, 18 * 10**9, 18 * 10**9)
    assert [f.code for f in found(large)] == ["BIA110"]
    assert found(large, form=False) == []


def test_very_many_files(bundle: Bundle) -> None:
    many = bundle.manifest.entries[:1] * 500_001
    codes = [f.code for f in found(replace(bundle, manifest=Manifest(many)))]
    assert codes == ["BIA104"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("movies/a#1.tif", "FIL104"),
        ("movies/µ.tif", "FIL104"),
        ("movies/a.tif ", "FIL105"),
        ("movies/a  b.tif", "BIA108"),
        ("movies/x /b.tif", "BIA108"),
        ("movies/upload/a.tif", None),
    ],
)
def test_paths(make: Any, name: str, code: str | None) -> None:
    bundle = make(('["movies/*.tif"]', '["movies"]'), files={**_FILES, name: b"x"})
    assert [f.code for f in found(bundle)] == ([code] if code else [])


_FILES = {"movies/m1.tif": b"1", "masks/m1.tif": b"1", "masks/m2.tif": b"2"}


def test_a_path_of_more_than_1024_bytes(bundle: Bundle) -> None:
    first, *rest = bundle.manifest.entries
    for length, codes in ((1024, []), (1025, ["BIA107"])):
        entry = replace(first, path="a/" * 500 + "b" * (length - 1000))
        long = replace(bundle, manifest=Manifest((entry, *rest)))
        assert [f.code for f in found(long)] == codes


def test_a_folder_called_groups(make: Any) -> None:
    files = {"groups/a.tif": b"1", "masks/m1.tif": b"1", "masks/m2.tif": b"2"}
    bundle = make(('["movies/*.tif"]', '["groups"]'), files=files)
    (finding,) = found(bundle)
    assert (finding.code, finding.severity) == ("BIA109", Severity.WARNING)


def test_bad_paths_point_at_what_selects_them_and_are_counted(make: Any) -> None:
    files = {**_FILES, **{f"movies/#{number}.tif": b"x" for number in range(30)}}
    findings = found(make(files=files))
    assert len(findings) == 20
    assert sum(f.count for f in findings) == 30
    assert all(f.pointer == "/components/0/files/include/0" for f in findings)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-06-01", None),
        ("2026-05-31", "in the past"),
        ("2028-06-01", None),
        ("2028-06-02", "two years"),
        ("20260601", "YYYY-MM-DD"),
        ("2026-W23-1", "YYYY-MM-DD"),
        ("2026-02-30", "YYYY-MM-DD"),
        ("soon", "YYYY-MM-DD"),
    ],
)
def test_release_dates(make: Any, day: str, words: str | None) -> None:
    bundle = make(('release_date: "', f'release_date: "{day}" #'))
    findings = found(bundle, today=date(2026, 6, 1))
    assert [f.code for f in findings] == (["STU105"] if words else [])
    if words:
        assert words in findings[0].message
        assert findings[0].pointer == "/study/release_date"


def test_two_years_from_a_29_february(make: Any) -> None:
    bundle = make(('release_date: "', 'release_date: "2030-02-28" #'))
    assert found(bundle, today=date(2028, 2, 29)) == []
    bundle = make(('release_date: "', 'release_date: "2030-03-01" #'))
    assert [f.code for f in found(bundle, today=date(2028, 2, 29))] == ["STU105"]


def test_a_licence_that_is_not_taken(make: Any) -> None:
    (finding,) = found(make(("CC-BY-4.0", "CC-BY-NC-4.0")))
    assert (finding.code, finding.pointer) == ("LIC103", "/study/license")


def test_no_doi_is_a_warning_that_names_the_author(make: Any) -> None:
    bundle = make(("bo@example.org\n    affiliations: [lab]", "bo@example.org"))
    (finding,) = found(bundle)
    assert (finding.code, finding.severity) == ("BIA103", Severity.WARNING)
    assert finding.pointer == "/authors/1"
    assert list(check(bundle, Settings(doi=False), form=True)) == []


def test_unknown_target_settings_are_named(make: Any) -> None:
    extra = "targets: {bioimage-archive: {templat: x}}\n"
    (finding,) = found(make(("fairsubmit: 1\n", "fairsubmit: 1\n" + extra)))
    assert finding.code == "BIA111"
    assert finding.line == 2


def test_the_archive_checks_for_the_way_the_files_will_go(bundle: Bundle) -> None:
    large = sized(bundle, 30 * 1024**3)
    own = {"api_url": "http://127.0.0.1:9/x", "token": "t"}
    by_form = connect(own)
    assert "BIA105" in [f.code for f in by_form.check(large)]
    by_ftp = connect({**own, "ftp_host": "127.0.0.1", "ftp_password": "p"})
    assert list(by_ftp.check(large)) == []
    forced = connect(
        {**own, "ftp_host": "127.0.0.1", "ftp_password": "p", "upload": "form"}
    )
    assert "BIA105" in [f.code for f in forced.check(large)]


@pytest.mark.parametrize(
    "path", ["a.tif", "a/b c/(d)!_*'.tif", "a..", "..a", ".hidden", "a/.b", "/a"]
)
def test_paths_that_the_server_takes(path: str) -> None:
    assert path_problem(path) is None


@pytest.mark.parametrize(
    "path",
    ["", "./a", "a/", "../a", "a/../b", "a../b", "a\\b", "a\tb", "é", "a+b", "a\n"],
)
def test_paths_that_the_server_refuses(path: str) -> None:
    assert path_problem(path)
