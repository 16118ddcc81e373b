"""Do two complaints speak of the same thing, and by what can one tell? Pure arithmetic over pairs of characters.

A pair weighs the more, the fewer things it is said of. Words alone say little ("请加快…建设" is said of everything), so
unless nearly the whole text agrees both must also share a name: a run of characters that few others use.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from complaints_site.lib.pairs import pairs

MOST_CHARACTERS = 600  # of a text: what it is about stands at its beginning
TITLE_WEIGHT = 2.0
THINGS_BEFORE = 500  # a young base knows as if it had seen so many other things already
RARE = 0.02  # of the things: a run of such pairs is a name
FOUND_BY = 40  # pairs by which a text is found again
LOOKED_FOR = 24  # known pairs by which the like of a new text is looked for
NAME_PAIRS = 2  # a name has three characters at least
NAME_WEIGHT = 1.7  # the weights of its pairs together, where 1 is the weight of what nobody else ever said
SAME_WORDS = 0.5  # so alike that no name is needed
ALIKE = 0.2
ALIKE_AT_PLACE = 0.14  # where a name in both titles, or the stated place, agrees
SAME_PLACE = 0.6  # of the shorter place's pairs
ELSEWHERE = 0.5  # what likeness is worth where both state a place, and not the same
MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Text:
    """A ticket as far as grouping looks at it."""

    id: int
    at: datetime
    title: tuple[str, ...]
    words: tuple[str, ...]  # title and content, in their order
    place: frozenset[str] = frozenset()
    place_words: str = ""
    business: str = ""
    region: str = ""


def text_of(
    id: int, at: datetime, title: str, content: str, *, place: str = "", business: str = "", region: str = ""
) -> Text:
    both = dict.fromkeys((*(head := pairs(title)), *pairs(content[:MOST_CHARACTERS])))
    return Text(id, at, tuple(head), tuple(both), frozenset(pairs(place)), place.strip(), business, region)


@dataclass
class Weights:
    """How many things there are, and of how many each pair is said; a thing counts once, however many complain."""

    things: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, text: Text) -> None:
        self.things += 1
        for pair in text.words:
            self.counts[pair] = self.counts.get(pair, 0) + 1

    def weight(self, pair: str) -> float:
        return max(math.log((self.things + THINGS_BEFORE) / (self.counts.get(pair, 0) + 1)), 0.0)

    def rarity(self, run: str) -> float:
        """How telling a run of characters is: about 1 for each pair that is all its own."""
        heaviest = math.log(self.things + THINGS_BEFORE)
        return sum(self.weight(pair) for pair in pairs(run)) / heaviest

    def is_rare(self, pair: str) -> bool:
        return self.counts.get(pair, 0) <= RARE * (self.things + THINGS_BEFORE)

    def found_by(self, text: Text) -> list[str]:
        """The pairs by which later texts of the same thing will find this one: its title, then what is rarest."""
        rest = sorted(text.words[len(text.title) :], key=lambda pair: -self.weight(pair))
        return [*text.title, *rest][:FOUND_BY]

    def looked_for(self, text: Text) -> list[str]:
        """The rarest pairs that somebody said before: by these its like are found."""
        known = [pair for pair in text.words if self.counts.get(pair) and self.is_rare(pair)]
        return sorted(known, key=lambda pair: -self.weight(pair))[:LOOKED_FOR]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are, 0 to 1, and what they share. It is the same thing only with a reason."""

    score: float
    names: tuple[str, ...]
    place: str = ""

    @property
    def is_same(self) -> bool:
        return self.score >= SAME_WORDS or (bool(self.names or self.place) and self.score >= ALIKE)


class Vector:
    """A text with the weights of its pairs, of length 1."""

    def __init__(self, text: Text, weights: Weights) -> None:
        self.text, self.weights = text, weights
        title = set(text.title)
        plain = {pair: weights.weight(pair) * (TITLE_WEIGHT if pair in title else 1.0) for pair in text.words}
        length = math.sqrt(sum(value * value for value in plain.values())) or 1.0
        self.values: Mapping[str, float] = {pair: value / length for pair, value in plain.items()}

    @cached_property
    def pairs(self) -> frozenset[str]:
        return frozenset(self.text.words)


def likeness(one: Vector, other: Vector) -> Likeness:
    small, large = sorted((one.values, other.values), key=len)
    score = sum(value * large[pair] for pair, value in small.items() if pair in large)
    names = names_shared(one, other) or (longest_shared(one, other) if score >= SAME_WORDS else ())
    place = place_shared(one.text, other.text)
    if place:
        score += ALIKE - ALIKE_AT_PLACE
    elif one.text.place and other.text.place:
        score *= ELSEWHERE
    elif names and _in_both_titles(names, one.text, other.text):
        score += ALIKE - ALIKE_AT_PLACE
    return Likeness(min(score, 1.0), names, place)


def names_shared(one: Vector, other: Vector) -> tuple[str, ...]:
    """The longest runs of characters that both have and few others use."""
    shared = {pair for pair in one.pairs & other.pairs if one.weights.is_rare(pair)}
    runs = {run for run in _runs(one.text.words, shared) if one.weights.rarity(run) >= NAME_WEIGHT}
    return tuple(sorted(runs, key=lambda run: (-len(run), run))[:MOST_NAMES])


def longest_shared(one: Vector, other: Vector) -> tuple[str, ...]:
    """The longest run that both have, however common: the reason where nearly the whole text agrees."""
    runs = sorted(set(_runs(one.text.words, set(one.pairs & other.pairs))), key=lambda run: (-len(run), run))
    return tuple(runs[:1])


def _runs(words: Iterable[str], shared: set[str]) -> Iterable[str]:
    """Pairs that follow each other, put together again to the characters they were cut from."""
    run: list[str] = []
    for pair in itertools.chain(words, [""]):
        belongs = pair in shared and _is_one_script(pair)
        if belongs and (not run or run[-1][1] == pair[0]):
            run.append(pair)
            continue
        if len(run) >= NAME_PAIRS:
            yield run[0] + "".join(one[1] for one in run[1:])
        run = [pair] if belongs else []


def _is_one_script(pair: str) -> bool:
    """A letter beside a Chinese character is the seam between two words, not the inside of one."""
    return len(pair) == 2 and (pair[0].isascii() and pair[0].isalpha()) == (pair[1].isascii() and pair[1].isalpha())


def place_shared(one: Text, other: Text) -> str:
    """The place both state, in the words of the first; empty where one of them states none."""
    shorter = min(len(one.place), len(other.place))
    if shorter < NAME_PAIRS or len(one.place & other.place) / shorter < SAME_PLACE:
        return ""
    return one.place_words


def _in_both_titles(names: Iterable[str], one: Text, other: Text) -> bool:
    return any(set(pairs(name)) <= set(one.title) & set(other.title) for name in names)
