"""What is wrong with a mapping, a file or a row, in both languages."""

from __future__ import annotations

from tickets.core.sentences import Say
from tickets.rulebook.problems import Problem


class MappingErrors(Exception):
    """A mapping that can't be used; every problem found, each `file: place: reason`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(problem.say("en") for problem in problems))
        self.problems = problems


class FileError(Exception):
    """The file as a whole can't be imported; nothing was written."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.sentence = Say(zh, en)


class RowProblem(Exception):
    """Why a row is rejected: the column, what stands there, and the reason."""

    def __init__(self, column: str, value: str, reason: Say) -> None:
        super().__init__(reason.en)
        self.column, self.value, self.reason = column, value, reason


def problem(column: str, value: object, zh: str, en: str) -> RowProblem:
    return RowProblem(column, str(value), Say(zh, en))
