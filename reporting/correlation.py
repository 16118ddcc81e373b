"""Two indicators over the same periods or parts: do they move together? (关联分析, doc 3 §2.6.2, ruling CORR)"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

FEWEST = 3  # pairs: two points always lie on a line


def correlation(pairs: Sequence[tuple[float | None, float | None]]) -> tuple[float | None, int]:
    """Pearson's r of the pairs in which both have data, from -1 to 1, and how many those are.

    None where there are too few pairs, or one of the two never changes.
    """
    both = [(x, y) for x, y in pairs if x is not None and y is not None]
    if len(both) < FEWEST:
        return None, len(both)
    mean_x, mean_y = (sum(values) / len(both) for values in zip(*both, strict=True))
    across = sum((x - mean_x) * (y - mean_y) for x, y in both)
    spread = sqrt(sum((x - mean_x) ** 2 for x, _ in both) * sum((y - mean_y) ** 2 for _, y in both))
    return (across / spread if spread > 1e-12 else None), len(both)
