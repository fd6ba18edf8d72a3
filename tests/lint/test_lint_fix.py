"""Cures: what they change, what they leave, and that twice is once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fairsubmit.dataset import open_dataset
from fairsubmit.findings import Edit
from fairsubmit.lint import lint
from fairsubmit.lint.fix import document, tables
from fairsubmit.lint.fix.dataset import cure
from fairsubmit.metadata.load import escape_pointer, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TEXT = """\
# head
fairsubmit: "1"
study:
  title: "A  title"   # the title
  doi: TBD  # ask Anna
  keywords: [a, "b; c", d]
  list:
    - one; two   # k
    - three
authors:
  - orcid: x # c1
    # c2
    name: Jane
  - name: Bob
    email: TBD
funding:
  - grant: TBD
text: >
  some folded  text that is
  long enough
lit: |
  a  b
  c
last:
"""
CURED = """\
# head
fairsubmit: "1"
study:
  title: "A title"   # the title
  # ask Anna
  keywords: [a, b, c, d]
  items:
    - one   # k
    - two
    - three
  license: CC0
authors:
  # c1
  # c2
  - name: Jane
  - name: Bob
    orcid: "0000: x"
text: >
  some folded text that is
  long enough
lit: |
  a b
  c
last: hi
"""
EDITS = [
    Edit("replace", "/study/title", ("A title",)),
    Edit("remove", "/study/doi"),
    Edit("split", "/study/keywords/1", ("b", "c")),
    Edit("split", "/study/list/0", ("one", "two")),
    Edit("remove", "/authors/0/orcid"),
    Edit("remove", "/authors/1/email"),
    Edit("remove", "/funding/0/grant"),
    Edit("replace", "/text", ("some folded text that is long enough\n",)),
    Edit("replace", "/lit", ("a b\nc\n",)),
    Edit("rename", "/study/list", ("items",)),
    Edit("add", "/authors/1", ("orcid", "0000: x")),
    Edit("add", "/study", ("license", "CC0")),
    Edit("replace", "/last", ("hi",)),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_text_is_changed_where_it_must_be(newline: str) -> None:
    new, applied = document.edited(TEXT.replace("\n", newline), EDITS)
    assert new == CURED.replace("\n", newline)
    assert applied == EDITS


@pytest.mark.parametrize(
    "edit",
    [
        Edit("replace", "/nowhere", ("x",)),
        Edit("replace", "/study", ("x",)),
        Edit("rename", "/study/title", ("keywords",)),
        Edit("rename", "/study/keywords/0", ("x",)),
        Edit("split", "/study/title", ("a", "b")),
        Edit("add", "/study/keywords", ("a", "b")),
        Edit("add", "/study", ("title", "b")),
        Edit("remove", ""),
    ],
)
def test_what_cannot_be_applied_changes_nothing(edit: Edit) -> None:
    assert document.edited(TEXT, [edit]) == (TEXT, [])


def test_json_stays_json() -> None:
    text = '{"a": {"b": "x", "c": ["d", "e"]}, "f": "g"}'
    edits = [
        Edit("replace", "/a/b", ('q "w"',)),
        Edit("remove", "/a/c/1"),
        Edit("add", "/a", ("n", "v")),
        Edit("remove", "/f"),
    ]
    new, applied = document.edited(text, edits)
    assert new == '{"a": {"b": "q \\"w\\"", "c": ["d"], "n": "v"}}'
    assert applied == edits


def test_an_anchor_is_not_changed_through_its_alias() -> None:
    text = "a: &x {b: c, d: e}\nf: *x\ng: {<<: *x, h: i}\n"
    for pointer in ("/f/b", "/g/b"):
        assert document.edited(text, [Edit("replace", pointer, ("z",))])[1] == []


def test_tables_keep_their_lines_and_cells() -> None:
    text = "file\tA\tB\r\na.tif\t1\t\r\n.DS_Store\t\t\r\nb.tif\t2\t"
    edits = [
        Edit("cell", values=("Files",), path="t.tsv", line=1, column=1),
        Edit("drop-line", path="t.tsv", line=3),
        Edit("drop-column", path="t.tsv", column=3),
        Edit("cell", values=("x",), path="t.tsv", line=9, column=1),
    ]
    new, applied = tables.edited(text, edits)
    assert new == "Files\tA\r\na.tif\t1\r\nb.tif\t2"
    assert applied == edits[:3]


# -- on datasets -----------------------------------------------------------------------

SLIPS = """\
# The study.   Two  blanks stay in a comment.
study:
  title: "Nuclear pore density in  HeLa cells after Nup133 depletion"  # no period
  description: >
    Spinning disk confocal images of HeLa Kyoto cells with and without Nup133, fixed and
    stained for nuclear pores, to count how many pores a nucleus has per area.
  keywords: [nuclear pore complex, RNAi]
  license: CC BY 4.0  # as the funder asks
  release_date: 2027-03-01
  acknowledgements: We thank the imaging facility.
  publications:
    # the paper
    - {doi: "https://doi.org/DOI: 10.26508/lsa.202403067", pubmed_id: "PMID: 123"}
  links:
    - url: 10.5281/zenodo.13304393  # the code
authors:
  - name: Jane Doe
    email: "jane.doe@example.org\\u202b"  # pasted
    orcid: 0000 0002 1825 0097
    affiliations: [ebi]
"""


def test_a_submission_is_cured(tmp_path: Path, composed: Callable[..., str]) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.tif").write_bytes(b"x")
    path = tmp_path / "submission.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + composed(SLIPS).encode())
    before = lint(open_dataset(tmp_path)).findings
    safe = {f.code for f in before if f.fix == "safe"}
    assert safe == {"DOC104", "DOC105", "LIC102", "LNK102", "LNK104", "PPL102"}
    found = cure(open_dataset(tmp_path))
    assert sorted(found.after) == ["submission.yaml"]
    assert found.count == 6
    assert "+  license: CC-BY-4.0  # as the funder asks" in found.difference()
    found.write()
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    assert comments(text) == comments(composed(SLIPS))
    after = {f.code for f in lint(open_dataset(tmp_path)).findings}
    assert not safe & after
    assert "LNK103" in after
    assert cure(open_dataset(tmp_path)).after == {}
    cure(open_dataset(tmp_path), unsafe=True).write()
    assert "10.26508/lsa.202403067" in path.read_text(encoding="utf-8-sig")
    assert "LNK103" not in {f.code for f in lint(open_dataset(tmp_path)).findings}


def comments(text: str) -> list[str]:
    """Comments of a text that has no `#` elsewhere."""
    return re.findall(r"(?<!\S)#.*", text)


def test_every_cure_of_the_cases_cures(all_cases: list[Any], tmp_path: Path) -> None:
    """What a finding offers makes that finding go away, and brings no error."""
    cured = 0
    for number, case in enumerate(all_cases):
        if not case.path.stem.startswith("bad") or case.spec.get("raw"):
            continue
        if "pagetab" in case.spec:
            continue
        root = tmp_path / str(number)
        root.mkdir()
        dataset = case.subject(root)
        archive = case.spec.get("archive", "bioimage-archive")
        offered = [
            f for f in lint(dataset, archive=archive).findings if f.edits and f.fix
        ]
        if not any(f.code == case.code for f in offered):
            continue
        found = cure(dataset, unsafe=True, archive=archive, select=[case.code])
        assert found.after, case.path
        found.write()
        left = lint(open_dataset(root), archive=archive)
        assert not [f for f in left.findings if f.code == case.code and f.edits], (
            case.path
        )
        cured += 1
    assert cured > 12


# -- on anything -----------------------------------------------------------------------

words = st.text("abcXYZ 0:#-é'\"", min_size=1, max_size=8)
trees = st.recursive(
    words,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.text("abcd", min_size=1, max_size=3), inner, min_size=1)
    ),
    max_leaves=10,
)


def pointers(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from pointers(item, f"{pointer}/{escape_pointer(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from pointers(item, f"{pointer}/{index}")
    yield pointer, value


@settings(max_examples=150)
@given(
    tree=st.dictionaries(st.text("abcd", min_size=1, max_size=3), trees, min_size=1),
    data=st.data(),
    flow=st.sampled_from([None, False, True]),
)
def test_any_edit_keeps_comments_and_meaning(
    tree: dict[str, Any], data: st.DataObject, flow: bool | None
) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow, width=70)
    noted = "".join(
        f"{line}\n# note {number}\n" for number, line in enumerate(text.splitlines())
    )
    text = (
        noted
        if parse(noted.encode(), "x").tree == parse(text.encode(), "x").tree
        else text
    )
    places = [p for p, _ in pointers(tree) if p]
    pointer = data.draw(st.sampled_from(places))
    edit = data.draw(
        st.sampled_from(
            [
                Edit("replace", pointer, ("new: #",)),
                Edit("remove", pointer),
                Edit("rename", pointer, ("zz",)),
                Edit("split", pointer, ("p", "q r")),
                Edit("add", pointer, ("zz", "0x")),
            ]
        )
    )
    before = parse(text.encode(), "x")
    new, applied = document.edited(text, [edit])
    after = parse(new.encode(), "x")
    assert not after.problems
    notes = re.findall(r"(?m)^ *# note \d+$", text)
    assert len(re.findall(r"(?m)^ *# note \d+$", new)) == len(notes)
    if not applied:
        assert new == text
    elif edit.action == "replace":
        assert after.get(pointer) == "new: #"
    elif edit.action == "remove":
        assert len(list(pointers(after.tree))) < len(list(pointers(before.tree)))
    again, twice = document.edited(new, [replace(edit)])
    if edit.action == "replace" and applied:
        assert parse(again.encode(), "x").tree == after.tree
    assert len(twice) <= 1
