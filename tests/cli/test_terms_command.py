"""`fairsubmit terms` and `fairsubmit lint --online`, against registries nearby."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from tests.terms.registries import Registries, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


@pytest.fixture
def registries(home: Path) -> Iterator[Registries]:
    """Registries on this computer, as the configuration file names them."""
    with serving() as running:
        settings = running.settings
        (home / "config.toml").write_text(
            "[lookup]\n"
            f'ols_url = "{settings["ols_url"]}"\nror_url = "{settings["ror_url"]}"\n'
        )
        yield running


def test_a_term_is_shown_in_a_line(run: Run) -> None:
    found = run("terms", "TIRF")
    assert found.exit_code == 0
    header, line = found.stdout.splitlines()
    assert header.split()[:3] == ["id", "label", "kind"]
    assert line.startswith("FBbi:00000617  evanescent wave microscopy  imaging method")
    assert "synonym TIRF" in line
    assert "fluorescence microscopy" in line
    assert found.stderr == ""


def test_words_need_no_quotes(run: Run) -> None:
    assert run("terms", "light", "sheet").stdout == run("terms", "light sheet").stdout


def test_terms_for_programs(run: Run) -> None:
    found = run("terms", "zebrafish", "--format", "json")
    (term,) = json.loads(found.stdout)
    assert (term["id"], term["label"]) == ("NCBITaxon:7955", "Danio rerio")


def test_nothing_found_ends_with_1(run: Run) -> None:
    found = run("terms", "qqqqq")
    assert found.exit_code == 1
    assert found.stdout == ""
    assert "nothing is called qqqqq" in found.stderr
    assert "--online" in found.stderr
    found = run("terms", "qqqqq", "--format", "json", "--quiet")
    assert (found.exit_code, json.loads(found.stdout)) == (1, [])
    assert found.stderr == ""


def test_a_method_without_a_term_is_said_to_be_one(run: Run) -> None:
    found = run("terms", "cryo-EM")
    assert found.exit_code == 1
    assert "FBbi has no term for cryo-EM" in found.stderr


def test_kinds_and_limit(run: Run) -> None:
    found = run(
        "terms", "a", "--kind", "fbbi-term", "--kind", "cell-line", "--limit", 3
    )
    assert len(found.stdout.splitlines()) == 4
    assert run("terms", "mouse", "--kind", "licence").exit_code == 1
    assert run("terms", "mouse", "--kind", "beast").exit_code == 2


def test_registries_are_asked_where_that_is_wanted(
    run: Run, registries: Registries
) -> None:
    assert run("terms", "iecur").exit_code == 1
    assert registries.asked == []
    found = run("terms", "iecur", "--online")
    assert found.exit_code == 0
    assert "UBERON:0002107" in found.stdout
    asked = len(registries.asked)
    assert run("terms", "iecur", "--online").stdout == found.stdout
    assert len(registries.asked) == asked, "the answer was kept"


def test_what_is_bundled_comes_first_and_once(run: Run, registries: Registries) -> None:
    found = run("terms", "Psammechinus miliaris", "--online", "--format", "json")
    (term, *_) = json.loads(found.stdout)
    assert (term["id"], term["kind"], term["matched"]) == (
        "NCBITaxon:7660",
        "organism",
        "label",
    )


def test_organisations_are_asked_of_ror(run: Run, registries: Registries) -> None:
    found = run(
        *("terms", "University of Dundee", "--kind", "organisation", "--online"),
        *("--format", "json"),
    )
    (term,) = json.loads(found.stdout)
    assert term["id"] == "https://ror.org/03h2bxq36"
    assert all("/v2/" in target for target in registries.asked)


def test_an_outage_is_a_note(run: Run, registries: Registries) -> None:
    registries.status = 502
    found = run("terms", "TIRF", "--online")
    assert found.exit_code == 0
    assert "FBbi:00000617" in found.stdout
    assert found.stderr.count("only the bundled lists are used") == 1


def test_lint_asks_registries_where_that_is_wanted(
    run: Run, registries: Registries, dataset: Path
) -> None:
    submission = dataset / "submission.yaml"
    text = submission.read_text(encoding="utf-8")
    text = re.sub(r"organism:.*", "organism: {label: Psammechinus miliaris}", text)
    submission.write_text(text, encoding="utf-8")
    options = ("--select", "BIO102", "--format", "json")
    (offline,) = json.loads(run("lint", dataset, *options).stdout)["findings"]
    assert "bundled list" in offline["message"]
    assert registries.asked == []
    (online,) = json.loads(run("lint", dataset, *options, "--online").stdout)[
        "findings"
    ]
    assert "NCBITaxon:7660" in online["message"]
    difference = run(
        *("lint", dataset, "--select", "BIO102", "--online", "--diff"),
        "--unsafe-fixes",
    )
    assert "NCBITaxon:7660" in difference.stdout


def test_lint_goes_on_without_registries(
    run: Run, registries: Registries, dataset: Path
) -> None:
    registries.body = b"<html>log in to this network</html>"
    plain = run("lint", dataset)
    online = run("lint", dataset, "--online")
    assert online.exit_code == plain.exit_code
    assert online.stdout == plain.stdout


def test_addresses_may_come_from_the_environment(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as running:
        monkeypatch.setenv("FAIRSUBMIT_OLS_URL", running.settings["ols_url"])
        assert "UBERON:0002107" in run("terms", "iecur", "--online").stdout


@pytest.mark.parametrize(
    "text",
    ["lookup = 1", '[lookup]\nols = "https://example.org"', "[lookup]\nols_url = 1"],
)
def test_settings_of_registries_are_checked(run: Run, home: Path, text: str) -> None:
    (home / "config.toml").write_text(text)
    assert run("terms", "iecur", "--online").exit_code == 2
