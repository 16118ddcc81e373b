"""Documents of a rulebook, `[papers.NAME]`: what they are compiled to, and how (docs/rulebook-language.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tickets.rulebook import words
from tickets.rulebook.compiled import ALWAYS, Condition, Title
from tickets.rulebook.parse import condition_at
from tickets.rulebook.problems import Problems
from tickets.rulebook.reader import Reader
from tickets.rulebook.vocabulary import places_in, section

AUDIENCES = ("unit", "customer", "regulator", "inside")
CUSTOMER = "customer"
# Lists that a document may hold. The first two tell how the house worked and never go to a customer (INTERNAL).
INNER_TABLES = ("steps", "events")
TABLES = (*INNER_TABLES, "clocks", "files")
# What a document may say beside the facts of its ticket; then `action.NAME.WHAT` and the like.
PLACES = (
    *("number", "title", "subject", "state", "step", "unit", "due", "promise"),
    *("received", "received_day", "settled", "ended"),
    *("organisation", "today", "author", "author_unit", "received_unit", "registered_by"),
    *("respondent_unit", "respondent_person", "customer", "customer_phone", "customer_account", "customer_email"),
    *("customer_address", "customer_level", "files"),
)
OF_ACTION = ("at", "by", "unit")  # or a field that was given
OF_STEP = ("unit", "person", "opened", "signed", "closed", "due")
OF_CLOCK = ("started", "due", "stopped", "late")

PAPER = (*("title", "en", "heading", "for", "when", "by", "field", "to", "facts", "parts", "closing", "note"), "form")
PART = ("title", "text", "quote", "rows", "table", "signs", "when")
CONTENTS = ("text", "quote", "rows", "table", "signs")
ROW = ("label", "place", "text", "wide", "tall")


@dataclass(frozen=True, slots=True)
class RowRule:
    """A cell of a printed form. Without a text it is left empty, to be written by hand."""

    label: str
    text: str = ""
    wide: bool = False
    tall: bool = False


@dataclass(frozen=True, slots=True)
class PartRule:
    """One part, with exactly one kind of content. `quote` is a fact word for word, that nobody edits (VERBATIM)."""

    title: str = ""
    text: str = ""
    quote: str = ""
    rows: tuple[RowRule, ...] = ()
    table: str = ""
    signs: tuple[str, ...] = ()
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class PaperRule:
    """`field` is the rulebook's file field that the sent document answers; a `form` is set like a printed form."""

    name: str
    title: Title
    heading: str
    audience: str
    parts: tuple[PartRule, ...]
    when: Condition = ALWAYS
    by: frozenset[str] = frozenset()
    field: str = ""
    to: str = ""
    facts: tuple[RowRule, ...] = ()
    closing: tuple[str, ...] = ()
    note: str = ""
    form: bool = False

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text with places, with where it stands."""
        yield from (("heading", self.heading), ("to", self.to), ("note", self.note))
        yield from (("closing", line) for line in self.closing)
        yield from (("facts", row.text) for row in self.facts)
        for number, part in enumerate(self.parts, 1):
            where = f"parts[{number}]"
            yield f"{where}.text", part.text
            if part.quote:
                yield f"{where}.quote", braced(part.quote)
            yield from ((f"{where}.rows", row.text) for row in part.rows)


def papers(source: Mapping[str, object], problems: Problems) -> dict[str, PaperRule]:
    return {name: paper(name, value, problems) for name, value in section(source, "papers", problems).items()}


def paper(name: str, value: object, problems: Problems) -> PaperRule:
    reader = Reader(value, f"papers.{name}", problems, PAPER)
    title = reader.title(required=True)
    listed = enumerate(reader.items("parts"), 1)
    parts = [part(one, f"{reader.place}.parts[{number}]", problems) for number, one in listed]
    if not parts:
        problems.add(reader.place, "empty", word="parts")
    return PaperRule(
        name=name,
        title=title,
        heading=written(reader, "heading") or title.zh,
        audience=reader.one_of("for", "audience", AUDIENCES, required=True),
        parts=tuple(parts),
        when=condition_at(reader),
        by=frozenset(reader.names("by")),
        field=reader.text("field"),
        to=written(reader, "to"),
        facts=rows(reader, "facts"),
        closing=tuple(reader.names("closing")),
        note=written(reader, "note"),
        form=reader.flag("form"),
    )


def part(value: object, place: str, problems: Problems) -> PartRule:
    reader = Reader(value, place, problems, PART)
    if sum(word in reader for word in CONTENTS) != 1:
        problems.add(place, "one_content", allowed=" ".join(CONTENTS))
    return PartRule(
        title=reader.text("title"),
        text=written(reader, "text"),
        quote=reader.text("quote"),
        rows=rows(reader, "rows"),
        table=reader.one_of("table", "list", TABLES),
        signs=reader.names("signs"),
        when=condition_at(reader),
    )


def rows(reader: Reader, word: str) -> tuple[RowRule, ...]:
    return tuple(
        row(one, f"{reader.at(word)}[{number}]", reader.problems) for number, one in enumerate(reader.items(word), 1)
    )


def row(value: object, place: str, problems: Problems) -> RowRule:
    reader = Reader(value, place, problems, ROW)
    if "place" in reader and "text" in reader:
        problems.add(place, "one_content", allowed="place text")
    text = braced(reader.text("place")) if "place" in reader else written(reader, "text")
    return RowRule(reader.text("label", required=True), text, reader.flag("wide"), reader.flag("tall"))


def written(reader: Reader, word: str) -> str:
    text = reader.text(word)
    places_in(text, reader.at(word), reader.problems)
    return text


def braced(place: str) -> str:
    return f"{{{place}}}"


def places_of(text: str) -> list[str]:
    return words.PLACE.findall(text)
