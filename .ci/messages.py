"""Is every text of code and templates in the English catalogue, and translated? `--collect` brings it up to date.

The texts themselves are Chinese (the msgids), so only other languages have catalogues.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
COLLECT = ["makemessages", "--locale", "en", "--no-wrap", "--add-location", "file", "--verbosity", "0"]
ASIDE = [f"--ignore={name}" for name in (".venv", "node_modules", "var", "tests", "benchmarks", ".ci")]


def collect() -> None:
    subprocess.run([sys.executable, "manage.py", *COLLECT, *ASIDE], cwd=ROOT, check=True)


def read() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def texts(catalogue: Catalog) -> set[object]:
    return {message.id for message in catalogue if message.id}


def untranslated(catalogue: Catalog) -> list[str]:
    """One line for each text without a certain translation."""
    lines = []
    for message in catalogue:
        translations = message.string if isinstance(message.string, list | tuple) else [message.string]
        if message.id and (message.fuzzy or not all(translations)):
            lines.append(f"{'fuzzy' if message.fuzzy else 'missing'}: {message.id}")
    return lines


def wrong_formats(catalogue: Catalog) -> list[str]:
    """A placeholder that only one of the two languages has."""
    return [f"{message.id}: {error}" for message, errors in catalogue.check() for error in errors if message.id]


def uncollected() -> list[str]:
    """Texts that code and templates have and the catalogue lacks, found by collecting them for a moment."""
    before = CATALOGUE.read_bytes()
    known = texts(read())
    try:
        collect()
        return [f"not in the catalogue: {text}" for text in texts(read()) - known]
    finally:
        CATALOGUE.write_bytes(before)


def main() -> int:
    if "--collect" in sys.argv:
        collect()
        return 0
    if not CATALOGUE.exists():
        print(f"{CATALOGUE.relative_to(ROOT)} is missing")
        return 1
    catalogue = read()
    problems = untranslated(catalogue) + wrong_formats(catalogue)
    if shutil.which("xgettext"):
        problems += uncollected()
    else:
        print("gettext is not here: texts that were never collected are not looked for")
    print("\n".join([*problems, f"{len(texts(catalogue))} texts, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
