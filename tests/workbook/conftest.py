"""Random submissions of any text, and workbooks as spreadsheet programs write them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import pytest
from hypothesis import strategies as st

from fairsubmit.metadata.base import Id, Part
from fairsubmit.metadata.submission import Submission
from fairsubmit.workbook.read import read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl import Workbook

    from fairsubmit.metadata.load import Document

# Any character, and many of those that cells and YAML treat in their own way.
ODD = " \n\t\r;,[](){}\"'=+-@#:|>&*!%~_x0041é\ufeff\xa0\x85\u2028\x00😀"
TEXT = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.text(ODD, max_size=12)
    | st.from_regex(r'(?:"[ab\\"]*"|\[[ab\]\[]*|_x00[0-9A-F]{2}_.*)', fullmatch=True)
    | st.sampled_from(["=1+1", "2021", "007", "1.50", "true", "2027-03-01", "NULL"])
)
SOME = TEXT.filter(lambda text: bool(text.strip()))
IDS = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,6}", fullmatch=True)
ANYTHING = st.recursive(
    TEXT,
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3)
    ),
    max_leaves=4,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field as they stand in a tree: mappings, lists and text."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return IDS if hint is Id else values(arguments[0])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is list:
        return st.lists(values(arguments[0]), min_size=1, max_size=3)
    if origin is dict:
        return st.dictionaries(SOME, values(arguments[1]), min_size=1, max_size=3)
    if arguments:
        chosen = [values(each) for each in arguments if each is not type(None)]
        return st.one_of(chosen)
    if isinstance(hint, type) and issubclass(hint, Part):
        return parts(hint)
    plain = {bool: st.sampled_from(["true", "false"]), int: st.just("1"), str: TEXT}
    return plain.get(hint, ANYTHING)


def parts(model: type[Part]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {
        name: IDS | TEXT if name == "id" else values(info.annotation)
        for name, info in model.model_fields.items()
    }
    needed = {
        n: fields[n] for n, info in model.model_fields.items() if info.is_required()
    }
    more = {name: value for name, value in fields.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=more)


def submissions() -> st.SearchStrategy[dict[str, Any]]:
    return parts(Submission)


Saved = "Callable[[Callable[[Workbook], object]], Document]"


@pytest.fixture
def saved() -> Callable[[Callable[[Workbook], object]], Document]:
    """Read what a person has made of an empty workbook."""

    def read(change: Callable[[Workbook], object]) -> Document:
        import openpyxl

        book = openpyxl.Workbook()
        change(book)
        return read_workbook(content_of(book), "submission.xlsx")

    return read


def content_of(book: Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()
