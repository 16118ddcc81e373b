"""Is every text of code and templates in the English catalogue, and translated? `--collect` brings it up to date.

The texts themselves are Chinese (the msgids), so only other languages have catalogues.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
CATALOGUE = Path("en", "LC_MESSAGES", "django.po")
ASIDE = [".venv", "node_modules", "var", "tests", "benchmarks", ".ci", "docs"]


def collect(project: Path) -> None:
    """Bring the catalogue in `project`/locale up to date with code and templates there."""
    import django
    from django.core.management import call_command
    from django.test.utils import override_settings

    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "complaints_site.settings")
    django.setup()
    options = {"locale": ["en"], "ignore_patterns": ASIDE, "no_wrap": True, "add_location": "file", "verbosity": 0}
    with contextlib.chdir(project), override_settings(LOCALE_PATHS=[project / "locale"]):
        call_command("makemessages", symlinks=True, **options)


def read(folder: Path) -> Catalog:
    with (folder / CATALOGUE).open("rb") as file:
        return read_po(file, locale="en")


def texts(catalogue: Catalog) -> set[object]:
    return {message.id for message in catalogue if message.id}


def untranslated(catalogue: Catalog) -> list[str]:
    """One line for each text without a certain translation."""
    lines = []
    for message in catalogue:
        translations = message.string if isinstance(message.string, list | tuple) else [message.string]
        if message.id and (message.fuzzy or not all(translations)):
            lines.append(f"{'fuzzy' if message.fuzzy else 'missing'}: {message.id!r}")
    return lines


def wrong_formats(catalogue: Catalog) -> list[str]:
    """A placeholder that only one of the two languages has."""
    return [f"{message.id!r}: {error}" for message, errors in catalogue.check() for error in errors if message.id]


def uncollected(known: Catalog) -> list[str]:
    """Texts that code and templates have and the catalogue lacks, found by collecting them into a copy."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for room in (path for path in ROOT.iterdir() if path.name not in (*ASIDE, LOCALE.name)):
            (copy / room.name).symlink_to(room)
        shutil.copytree(LOCALE, copy / LOCALE.name)
        collect(copy)
        return [f"not in the catalogue: {text!r}" for text in texts(read(copy / LOCALE.name)) - texts(known)]


def main() -> int:
    if "--collect" in sys.argv:
        collect(ROOT)
        return 0
    if not (LOCALE / CATALOGUE).exists():
        print(f"locale/{CATALOGUE} is missing")
        return 1
    catalogue = read(LOCALE)
    problems = untranslated(catalogue) + wrong_formats(catalogue)
    if shutil.which("xgettext"):
        problems += uncollected(catalogue)
    else:
        print("gettext is not here: texts that were never collected are not looked for")
    print("\n".join([*problems, f"{len(texts(catalogue))} texts, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
