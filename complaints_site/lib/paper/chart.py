"""A chart as a drawing that needs no script and no style sheet: bars to compare, a line over time.

Everything is said in attributes, since neither the content policy of a page nor the maker of PDFs takes styles here.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .model import Chart

WIDTH, LABEL, VALUE = 640, 170, 90
LINE, BAR = 24, 14
HEIGHT, FOOT, SIDE = 180, 26, 40
INK, FILL = "#333", "#3567a6"
LETTERS = 13  # of a label
FONT = "Noto Sans CJK SC, Microsoft YaHei, SimHei, sans-serif"
Points = Sequence[tuple[str, float, str]]


def drawing(chart: Chart) -> SafeString:
    """The figures stand in a table beside it, so that a reader who can't see it misses nothing."""
    points = [point for point in chart.points if point[1] >= 0]
    inside, height = _line(points) if chart.kind == "line" else _bars(points)
    return format_html(
        '<svg class="paper-chart" viewBox="0 0 {} {}" width="100%" role="img" aria-label="{}"'
        ' font-family="{}" font-size="12" fill="{}">{}</svg>',
        WIDTH,
        height,
        chart.title,
        FONT,
        INK,
        inside,
    )


def _bars(points: Points) -> tuple[SafeString, int]:
    most, room = _most(points), WIDTH - LABEL - VALUE
    rows = []
    for place, (label, value, words) in enumerate(points):
        long, text = value / most * room, place * LINE + 15
        rows.append(
            (LABEL - 8, text, _short(label), place * LINE + 4, _n(max(long, 1)), _n(LABEL + long + 6), text, words)
        )
    drawn = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end">{}</text>'
        f'<rect x="{LABEL}" y="{{}}" height="{BAR}" width="{{}}" fill="{FILL}"/><text x="{{}}" y="{{}}">{{}}</text>',
        rows,
    )
    return drawn, len(points) * LINE + 4


def _line(points: Points) -> tuple[SafeString, int]:
    most, step = _most(points), (WIDTH - 2 * SIDE) / max(len(points) - 1, 1)
    rows = []
    for place, (label, value, words) in enumerate(points):
        x, y = SIDE + place * step, HEIGHT - FOOT - value / most * (HEIGHT - FOOT - 24)
        rows.append((_n(x), _n(y), _n(x), _n(y - 8), words, _n(x), HEIGHT - 8, label))
    drawn = format_html_join(
        "",
        f'<circle cx="{{}}" cy="{{}}" r="3" fill="{FILL}"/><text x="{{}}" y="{{}}" text-anchor="middle">{{}}</text>'
        '<text x="{}" y="{}" font-size="9" text-anchor="middle">{}</text>',
        rows,
    )
    path = " ".join(f"{row[0]},{row[1]}" for row in rows)
    return format_html('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>{}', path, FILL, drawn), HEIGHT


def _n(value: float) -> str:
    return f"{value:.1f}"


def _most(points: Points) -> float:
    return max((value for _label, value, _words in points), default=0) or 1


def _short(label: str) -> str:
    return label if len(label) <= LETTERS else f"{label[: LETTERS - 1]}…"
