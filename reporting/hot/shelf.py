"""Groups of texts, filled one text after the other. A text joins the group whose latest members it is most like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .alike import Likeness, Text, Vector, Weights, likeness

WINDOW = timedelta(days=60)  # a group that nobody spoke of for so long is over
LOOKED_AT = 12  # the latest members of a group
CLOSEST = 3  # a new one must be like so many of them on average: no chain of neighbours
SAME_TEXT = 0.3  # so alike that its words were counted already: a surge doesn't make its own words common
STRANGER = 2.0  # where the mean is below, by how much the nearest must make up for it
MOST_NAMES = 6


@dataclass
class Group:
    """Texts of one thing. `key` is the caller's, None for a new one; `reasons` say why each later text is in it."""

    key: int | None = None
    members: list[Vector] = field(default_factory=list)
    reasons: dict[int, Likeness] = field(default_factory=dict)

    @property
    def last_at(self) -> datetime:
        return max(member.text.at for member in self.members[-LOOKED_AT:])


@dataclass
class Shelf:
    """The groups within reach, and the weights of all words so far."""

    weights: Weights = field(default_factory=Weights)
    groups: list[Group] = field(default_factory=list)
    _by_pair: dict[str, list[Group]] = field(default_factory=lambda: defaultdict(list))

    def stand(self, group: Group, texts: Iterable[Text]) -> None:
        """Put a known group on the shelf, so that new texts find it."""
        group.members += [Vector(text, self.weights) for text in texts]
        self.groups.append(group)
        for pair in {pair for member in group.members for pair in self.weights.found_by(member.text)}:
            self._by_pair[pair].append(group)

    def place(self, text: Text) -> Group:
        """Put a text where it belongs, into a group of its own where nobody spoke of the thing."""
        vector = Vector(text, self.weights)
        found = self._home(vector)
        if found is None:
            group = Group(members=[vector])
            self.groups.append(group)
            self.weights.add(text)
        else:
            group, why = found
            if why.score < SAME_TEXT:
                self.weights.add(text)
            group.members.append(vector)
            group.reasons[text.id] = why
        for pair in self.weights.found_by(text):
            if group not in self._by_pair[pair]:
                self._by_pair[pair].append(group)
        return group

    def _home(self, vector: Vector) -> tuple[Group, Likeness] | None:
        looked_for = self.weights.looked_for(vector.text)
        near = {id(group): group for pair in looked_for for group in self._by_pair.get(pair, ())}
        judged = [
            (mean, group, best)
            for group in near.values()
            if abs(vector.text.at - group.last_at) <= WINDOW
            for mean, best in [_nearness(group, vector)]
            if best.is_same and mean >= best.score / STRANGER
        ]
        if not judged:
            return None
        _mean, group, best = max(judged, key=lambda one: (one[0], one[2].score))
        return group, best


def _nearness(group: Group, vector: Vector) -> tuple[float, Likeness]:
    """The mean over the closest members, and the closest one that is the same thing."""
    all_of_it = sorted(
        (likeness(vector, member) for member in group.members[-LOOKED_AT:]),
        key=lambda one: (one.is_same, one.score),
        reverse=True,
    )
    closest = all_of_it[:CLOSEST]
    return sum(one.score for one in closest) / len(closest), closest[0]
