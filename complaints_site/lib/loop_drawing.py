"""Where the boxes and arrows of a ticket's loop stand (design §9.3). Pure geometry, no colours.

Lanes are units in order of first touch, the assist lane last; x is the order of start. Downstairs is
sent, upstairs is feedback the way it came. The template draws what it is told here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

LANE_HEIGHT = 58
LANE_GAP = 2
BOX_HEIGHT = 44
BOX_TOP = 7
TOP = 4
LEFT = 142
STAGGER = 100
GAP = 16
FULL_WIDTH = 948
MOST_BOXES = 10
MOST_LANES = 6


@dataclass
class Lane:
    name: str
    note: str
    y: int
    current: bool = False

    @property
    def name_y(self) -> int:
        return self.y + (25 if self.note else 33)

    @property
    def note_y(self) -> int:
        return self.y + 42

    @property
    def short(self) -> str:
        """The name cut to the space before the first box; the whole name is in the table."""
        return cut(self.name, LEFT - 18, 13)


@dataclass
class Box:
    title: str
    who: str
    words: str
    state: str
    current: bool
    lane: int
    x: float
    width: float
    y: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def middle(self) -> float:
        return self.y + BOX_HEIGHT / 2

    @property
    def bottom(self) -> float:
        return self.y + BOX_HEIGHT

    @property
    def text_x(self) -> float:
        return self.x + 9

    @property
    def end_x(self) -> float:
        return self.right - 8

    @property
    def title_y(self) -> float:
        return self.y + 17

    @property
    def words_y(self) -> float:
        return self.y + 35

    @property
    def shape_x(self) -> float:
        return self.right - 22

    @property
    def shape_y(self) -> float:
        return self.y + 25


@dataclass
class Arrow:
    """`kind` is sent, assist, back or next (not there yet); the verb stands beside its bend."""

    path: str
    kind: str
    verb: str = ""
    verb_x: float = 0
    verb_y: float = 0
    anchor: str = "start"


@dataclass
class Drawing:
    width: float
    height: int
    lanes: list[Lane] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    folded: int = 0

    @property
    def fits(self) -> bool:
        """Whether it may shrink into its card; wider ones keep their size and scroll."""
        return self.width <= FULL_WIDTH * 1.2

    @property
    def start_as_table(self) -> bool:
        return len(self.lanes) > MOST_LANES


def text_width(text: str, size: float) -> float:
    """A guess that errs on the wide side: Chinese is one em, Latin and digits a little over half."""
    return sum(size if ord(character) > 0x2E7F else size * 0.6 for character in text)


def cut(text: str, width: float, size: float) -> str:
    """The text, shortened with an ellipsis to a width."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text, size) > width - size:
        text = text[:-1]
    return text + "…"


def draw(steps: Iterable[dict[str, Any]]) -> Drawing:
    """Place the steps; each is `{id, unit, unit_note, title, who, words, state, current, sent_by, assist, verb}`.

    `state` is normal, warned, overdue, paused, done or next; `sent_by` is the id of the step an arrow comes
    from, None for the first; `assist` marks side steps; `back` marks a feedback (upstairs arrow).
    """
    shown, folded = fold(list(steps))
    lanes = _lanes(shown)
    index = {lane.name: number for number, lane in enumerate(lanes)}
    boxes: dict[Any, Box] = {}
    arrows: list[Arrow] = []
    for step in shown:
        lane = len(lanes) - 1 if step.get("assist") else index[step["unit"]]
        source = boxes.get(step.get("sent_by"))
        box = _box(step, lane, lanes, source, list(boxes.values()))
        boxes[step["id"]] = box
        if step.get("current") and not step.get("assist"):
            lanes[lane].current = True
        if source:
            arrows.extend(_arrows(step, source, box))
    width = max([FULL_WIDTH, *(box.right + 12 for box in boxes.values())])
    return Drawing(width, TOP + LANE_HEIGHT * len(lanes) + 2, lanes, list(boxes.values()), arrows, folded)


def fold(steps: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """More than ten boxes: the finished middle becomes one box `+3`; the first and the live ones stay."""
    surplus = len(steps) - MOST_BOXES + 1
    finished = [step for step in steps[1:] if step["state"] == "done"]
    if surplus < 2 or len(finished) < 2:
        return steps, 0
    hidden = finished[:surplus]
    gone = {step["id"] for step in hidden}
    last = hidden[-1]
    folded = {**last, "title": f"+{len(hidden)}", "who": "", "words": "", "assist": False, "sent_by": steps[0]["id"]}
    result = [folded if step["id"] == last["id"] else step for step in steps]
    kept = [step for step in result if step["id"] not in gone or step is folded]
    return [
        {**step, "sent_by": last["id"]} if step.get("sent_by") in gone and step is not folded else step for step in kept
    ], len(hidden)


def _lanes(steps: list[dict[str, Any]]) -> list[Lane]:
    names: dict[str, str] = {}
    for step in steps:
        if not step.get("assist"):
            names.setdefault(step["unit"], step.get("unit_note") or "")
    lanes = [Lane(name, note, TOP + LANE_HEIGHT * number) for number, (name, note) in enumerate(names.items())]
    assists = next((step for step in steps if step.get("assist")), None)
    if assists:
        note = assists.get("lane_note", "")
        lanes.append(Lane(assists.get("lane_name") or assists["unit"], note, TOP + LANE_HEIGHT * len(lanes)))
    return lanes


def _box(step: dict[str, Any], lane: int, lanes: list[Lane], source: Box | None, boxes: list[Box]) -> Box:
    title, who, words = step["title"], step.get("who", ""), step.get("words", "")
    width = max(text_width(title, 13) + text_width(who, 12) + 30, text_width(words, 12) + 44, 64)
    x = max(_wanted_x(step, source, boxes), _free_x(lane, boxes))
    return Box(title, who, words, step["state"], bool(step.get("current")), lane, x, width, lanes[lane].y + BOX_TOP)


def _wanted_x(step: dict[str, Any], source: Box | None, boxes: list[Box]) -> float:
    latest = max((box.x for box in boxes), default=LEFT - STAGGER)
    if source is None:
        return LEFT if not boxes else latest + STAGGER
    if step.get("assist"):
        return max(LEFT, source.x - 90)
    if step.get("back") or step["state"] == "next":
        return source.right - 20
    return source.x + STAGGER


def _free_x(lane: int, boxes: list[Box]) -> float:
    """The first place in a lane that no earlier box covers."""
    return max((box.right + GAP for box in boxes if box.lane == lane), default=LEFT)


def _arrows(step: dict[str, Any], source: Box, box: Box) -> list[Arrow]:
    if step.get("assist"):
        return _assist_arrows(step, source, box)
    kind = "next" if step["state"] == "next" else "back" if box.lane < source.lane else "sent"
    verb = step.get("verb", "")
    if box.lane == source.lane:
        return [Arrow(f"M{source.right:g} {box.middle:g}H{box.x - 5:g}", kind)]
    if box.lane > source.lane:
        return [_down(source, box, kind, verb)]
    return [_up(source, box, kind, verb)]


def _down(source: Box, box: Box, kind: str, verb: str) -> Arrow:
    x, y = min(source.x + source.width / 2, box.x - 14), source.bottom
    if x < source.x + 8:  # the target starts too far left for a bend: come in from above
        x = max(source.x, box.x) + 20
        return Arrow(f"M{x:g} {y:g}V{box.y - 5:g}", kind, verb, x + 8, y + 20)
    path = f"M{x:g} {y:g}C{x:g} {box.middle - 6:g} {x + 10:g} {box.middle:g} {box.x - 5:g} {box.middle:g}"
    return Arrow(path, kind, f"{verb} ↘" if verb else "", x - 8, box.middle + 4, "end")


def _up(source: Box, box: Box, kind: str, verb: str) -> Arrow:
    x, y = max(box.x + 40, source.right + 16), source.middle
    end = box.bottom + 6
    if x > box.right - 8:  # the target ends before the source does: rise straight from its roof
        x = max(source.x, box.x) + 20
        return Arrow(f"M{x:g} {source.y:g}V{end:g}", kind, verb, x + 8, source.y - 8)
    path = f"M{source.right:g} {y:g}C{x - 6:g} {y:g} {x:g} {y - 6:g} {x:g} {end:g}"
    return Arrow(path, kind, f"{verb} ↗" if verb else "", x + 9, y + 4)


def _assist_arrows(step: dict[str, Any], source: Box, box: Box) -> list[Arrow]:
    x = min(max(source.x + 10, box.x + 12), source.right - 14)
    if x < box.x + 8:  # the assist stands to the right of who asked: bend into its side
        return [_down(source, box, "assist", "")]
    arrows = [Arrow(f"M{x:g} {source.bottom:g}V{box.y - 5:g}", "assist")]
    if step["state"] == "done" and x + 16 < min(source.right, box.right) - 4:
        arrows.append(Arrow(f"M{x + 16:g} {box.y:g}V{source.bottom + 6:g}", "back"))
    return arrows
