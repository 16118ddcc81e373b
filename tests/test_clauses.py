"""docs/clauses.md tells the truth about the marks of the tests (issue 6: clause marks)."""

import importlib.util
from typing import Any

import pytest

from tests.books import BOOKS

DOCS = BOOKS.parents[2] / "docs"


@pytest.fixture
def clauses() -> Any:
    spec = importlib.util.spec_from_file_location("clauses", DOCS / "clauses.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_clauses_is_what_the_marks_say(clauses: Any) -> None:
    assert clauses.page() == (DOCS / "clauses.md").read_text(), "run `make clauses` (an unknown rule is refused)"


def test_a_mark_is_read_at_a_test_and_at_a_case_and_nowhere_else(clauses: Any) -> None:
    source = '@pytest.mark.clause("D1-a", "D1-b")\ndef test_x(): ...\n'
    case = '@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.clause("D2-a"))])\ndef test_y(n): ...\n'
    assert list(clauses.marks_of(source + case)) == [("test_x", "D1-a"), ("test_x", "D1-b"), ("test_y", "D2-a")]
    with pytest.raises(ValueError, match=r"lines \[1\]"):
        list(clauses.marks_of('MARK = pytest.mark.clause("D1-a")\n'))
