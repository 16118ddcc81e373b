"""What a figure should reach, whether it did, and whether it got better: judged by its declaration alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .declarations import Indicator, Reference

BETTER, WORSE, SAME = "better", "worse", "same"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`distance` is by how much a missed goal was missed, in the unit shown; 0 where it is met."""

    reference: Reference
    distance: float

    @property
    def met(self) -> bool:
        return not self.distance

    @property
    def goal(self) -> float:
        return self.reference.least if self.reference.least is not None else self.reference.most or 0.0


def reference_of(indicator: Indicator, known: Mapping[str, str]) -> Reference | None:
    """The first reference whose conditions hold; `known` has the cycle and the value of each dimension asked for."""
    return next((row for row in indicator.references if row.when.items() <= known.items()), None)


def verdict_of(indicator: Indicator, value: float | None, known: Mapping[str, str]) -> Verdict | None:
    """How the value stands to its reference; None without data or without a reference."""
    reference = reference_of(indicator, known)
    if value is None or reference is None:
        return None
    shown = value * indicator.scale
    missed = [0.0]
    if reference.least is not None:
        missed.append(reference.least - shown)
    if reference.most is not None:
        missed.append(shown - reference.most)
    return Verdict(reference, max(missed))


def trend_of(indicator: Indicator, change: float | None) -> str:
    """`better`, `worse` or `same`; "" where there is nothing to compare, or neither direction is the better one."""
    if change is None or not indicator.better:
        return ""
    if not change:
        return SAME
    return BETTER if (change > 0) == (indicator.better == "higher") else WORSE
