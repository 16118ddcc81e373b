"""Shows which rules of the customer's documents a test carries: `make clauses` writes docs/clauses.md.

A test says `@pytest.mark.clause("D20-14-2-a", …)`; docs/clauses.toml says what the rules are. The marks are read
from the source, so nothing has to run.
"""

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "docs" / "clauses.toml"
PAGE = ROOT / "docs" / "clauses.md"
HEAD = """# Which rules of the customer's documents a test carries

Made by `make clauses` from the marks of the tests (`@pytest.mark.clause`) and from `docs/clauses.toml`; don't edit.
A rule is carried where a test would fail if the product broke it. *Person*: conduct, training, meetings, mood; no
software carries it. **Gap**: no test shows it yet.

| document | rules | carried | person | gaps |
|---|---|---|---|---|
"""


def documents() -> list[dict[str, Any]]:
    return tomllib.loads(RULES.read_text())["documents"]


def marks() -> dict[str, set[str]]:
    """The tests that carry each rule, as `file::test`."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        source = path.read_text()
        if "mark.clause(" in source:
            for name, clause in marks_of(source):
                found[clause].add(f"{path.relative_to(ROOT / 'tests')}::{name}")
    return found


def marks_of(source: str) -> Iterator[tuple[str, str]]:
    """Each test and rule of a source, also of `pytest.param(…, marks=…)`.

    Raises:
        ValueError: a mark that stands at no test, or a rule that isn't written out.
    """
    tree = ast.parse(source)
    at_tests: set[ast.AST] = set()
    for test in ast.walk(tree):
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            for mark in (node for decorator in test.decorator_list for node in ast.walk(decorator) if is_mark(node)):
                at_tests.add(mark)
                yield from ((test.name, clause) for clause in clauses_of(mark))
    astray = [node.lineno for node in ast.walk(tree) if is_mark(node) and node not in at_tests]
    if astray:
        raise ValueError(f"marks in lines {astray} stand at no test")


def is_mark(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.clause"


def clauses_of(mark: Any) -> list[str]:
    return [str(ast.literal_eval(argument)) for argument in mark.args]


def page() -> str:
    """The whole page.

    Raises:
        ValueError: a mark names a rule that docs/clauses.toml doesn't know.
    """
    carried, rules = marks(), documents()
    unknown = set(carried) - {clause for one in rules for clause in one["clauses"]}
    if unknown:
        raise ValueError(f"docs/clauses.toml knows no {', '.join(sorted(unknown))}")
    return HEAD + "".join([total(one, carried) for one in rules] + [chapter(one, carried) for one in rules])


def total(document: dict[str, Any], carried: dict[str, set[str]]) -> str:
    rules, person = document["clauses"], set(document.get("person", ()))
    shown = [clause for clause in rules if carried.get(clause)]
    gaps = len([clause for clause in rules if clause not in person and not carried.get(clause)])
    name = f"{document['number']} {document['title']}"
    return f"| {name} | {len(rules)} | {len(shown)} | {len(person - set(shown))} | {gaps} |\n"


def chapter(document: dict[str, Any], carried: dict[str, set[str]]) -> str:
    lines = [
        f"\n## {document['number']}. {document['title']} ({document['about']})\n\n",
        "| rule | is | carried by |\n|---|---|---|\n",
    ]
    for clause, says in document["clauses"].items():
        tests = "<br>".join(f"`{test}`" for test in sorted(carried.get(clause, ())))
        none = "*person*" if clause in document.get("person", ()) else "**gap**"
        lines.append(f"| {clause} | {says} | {tests or none} |\n")
    return "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page())
    print("".join(total(one, marks()) for one in documents()), file=sys.stderr, end="")
