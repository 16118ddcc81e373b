"""`[records]`: what a rulebook may say of them is proved like everything else (R01)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books import BOOKS
from tickets.rulebook.load import load_file
from tickets.rulebook.problems import RulebookErrors

APPEAL = (BOOKS / "unicom-appeal.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[records.filing]", "[records.fileing]", "records.fileing: no such record: “fileing”; did you mean “filing”?"),
        ('on = ["file"]', 'on = ["fle"]', "records.filing.on: no such action: “fle”; did you mean “file”?"),
        ('sent_to = "filing_receiver"', 'sent_too = "filing_receiver"', "records.filing: no such word: “sent_too”"),
        ('receipt = "filing_record"', 'receipt = "filing_recrod"', "records.filing.keep.receipt: no such field"),
        (
            'answer = "promise" }',
            'answer = "promis" }',
            "regulator_case.clocks.answer: no such clock: “promis”",
        ),
        ('on = ["file"]', 'whom = ["file"]', "records.filing"),
    ],
)
def test_R01_mistakes_in_records_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert APPEAL.count(old) == 1
    (tmp_path / "book.toml").write_text(APPEAL.replace(old, new), encoding="utf-8")
    with pytest.raises(RulebookErrors) as errors:
        load_file(tmp_path / "book.toml")
    assert any(said in str(problem) for problem in errors.value.problems), [str(p) for p in errors.value.problems]
