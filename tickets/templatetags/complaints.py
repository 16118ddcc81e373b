"""Template words of the complaint screens: icons, key hints, formats, masks, the state of a limit.

The formats live in `complaints_site.lib`; this file only finds the reader's zone and present.
`at` of a page is the moment its view read the clock, in the context; templates never read a clock.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints_site.lib import format as fmt
from complaints_site.lib import loop_drawing
from complaints_site.lib import mask as masks
from complaints_site.lib.timestate import WORDS

register = template.Library()

SHAPES = {
    "normal": '<circle cx="6" cy="6" r="4.6" fill="currentColor"/>',
    "warned": '<path d="M6 .8 11.7 11H.3z" fill="currentColor"/>',
    "overdue": '<path d="M3.6.5h4.8l3.1 3.1v4.8l-3.1 3.1H3.6L.5 8.4V3.6z" fill="currentColor"/>'
    '<path class="shape-cut" d="M6 2.8v3.9M6 8.2v1.1"/>',
    "paused": '<path d="M2.5 1.5h2.4v9H2.5zM7.1 1.5h2.4v9H7.1z" fill="currentColor"/>',
    "done": '<path class="shape-line" d="m1.5 6.5 3 3L10.5 2.6"/>',
}
# Keys as they are written on a hint; the attribute keeps the plain name that keys.js matches.
KEY_FACES = {
    "Enter": "↵",
    "Space": gettext_lazy("空格"),
    "Escape": "Esc",
    "ArrowUp": "↑",
    "ArrowDown": "↓",
}
PRINCIPLES = {
    "importance": (gettext_lazy("要"), gettext_lazy("重要性")),
    "gravity": (gettext_lazy("大"), gettext_lazy("重大性")),
    "breadth": (gettext_lazy("广"), gettext_lazy("广泛性")),
    "urgency": (gettext_lazy("急"), gettext_lazy("迫切性")),
}

# Few cells are dark: the eye should find the crowded ones.
HEAT_SHARES = (0.11, 0.26, 0.48, 0.78)


# ── drawings ─────────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: str = "") -> SafeString:
    """An outline of icons.svg beside its word; size is "", "small" or "large"."""
    extra = f" icon-{size}" if size else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>', extra, static("icons.svg"), name
    )


@register.simple_tag
@lru_cache(maxsize=16)
def shape(state: str) -> SafeString:
    """The shape of a time state, so that its colour is never alone."""
    drawing = mark_safe(SHAPES.get(state, SHAPES["normal"]))  # noqa: S308 - our own constants
    return format_html('<svg class="shape" viewBox="0 0 12 12" aria-hidden="true">{}</svg>', drawing)


@register.simple_tag
def keys(keys: str, group: str = "") -> SafeString:
    """The hint of a key and the key itself: keys.js reads the same attribute (design §5).

    Put it inside the control it presses: `<button>签收 {% keys "R" %}</button>`. A chord is written with a
    space (`G Q`), modifiers with a plus (`Ctrl+Enter`).
    """
    faces = [KEY_FACES.get(key, key) for key in keys.replace("+", " ").split()]
    caps = format_html_join("", "<kbd>{}</kbd>", ((face,) for face in faces))
    return format_html(
        '<span class="keys" data-key="{}" data-key-group="{}" aria-hidden="true">{}</span>', keys, group, caps
    )


@register.filter
def principle_character(code: str) -> str:
    """要 大 广 急 for importance, gravity, breadth, urgency."""
    return str(PRINCIPLES[code][0]) if code in PRINCIPLES else code[:1]


@register.filter
def principle_name(code: str) -> str:
    return str(PRINCIPLES[code][1]) if code in PRINCIPLES else code


@register.simple_tag
def draw_loop(steps: list[dict[str, Any]]) -> loop_drawing.Drawing:
    """Coordinates of the loop for partials/loop_svg.html."""
    return loop_drawing.draw(steps)


# ── moments ──────────────────────────────────────────────────────────────────────────────────────────
def _present(context: template.Context) -> datetime:
    at = context.get("at")
    if not isinstance(at, datetime):
        raise template.TemplateSyntaxError("This page shows moments, so its view must put `at` into the context.")
    return timezone.localtime(at)


def _local(value: datetime | None) -> datetime | None:
    return timezone.localtime(value) if isinstance(value, datetime) else None


@register.simple_tag(takes_context=True)
def moment(context: template.Context, value: datetime | None) -> str:
    """11-24 17:00, with the year when it is not this one."""
    return fmt.moment(_local(value), at=_present(context))


@register.simple_tag(takes_context=True)
def moment_told(context: template.Context, value: datetime | None) -> str:
    """11-25 周三 17:00."""
    return fmt.moment_told(_local(value), at=_present(context))


@register.simple_tag(takes_context=True)
def moment_near(context: template.Context, value: datetime | None) -> str:
    """18:18, 次日 03:39, 11-26 09:00."""
    return fmt.moment_near(_local(value), at=_present(context))


@register.simple_tag(takes_context=True)
def spoken(context: template.Context, value: datetime) -> str:
    """明天下午 5 点."""
    return fmt.spoken(timezone.localtime(value), at=_present(context))


@register.simple_tag(takes_context=True)
def day(context: template.Context, value: date | None) -> str:
    """11-24, with the year when it is not this one."""
    return fmt.day(value, at=_present(context))


@register.filter
def moment_full(value: datetime | None) -> str:
    """2026-11-24 17:00: prints, exports, appeals."""
    return fmt.moment_full(_local(value))


@register.filter
def promise_on_paper(value: datetime | None) -> str:
    """2026 年 11 月 25 日（周三）17:00: where a customer is promised a moment in writing."""
    local = _local(value)
    if local is None:
        return fmt.NONE
    words = _("%(year)d 年 %(month)d 月 %(day)d 日（%(weekday)s）%(time)s")
    date_words = {"year": local.year, "month": local.month, "day": local.day, "weekday": fmt.weekday(local)}
    return words % {**date_words, "time": f"{local:%H:%M}"}


@register.filter
def day_on_paper(value: datetime | None) -> str:
    """2026 年 11 月 24 日."""
    local = _local(value)
    if local is None:
        return fmt.NONE
    return _("%(year)d 年 %(month)d 月 %(day)d 日") % {"year": local.year, "month": local.month, "day": local.day}


@register.filter
def clock_time(value: datetime | None) -> str:
    """17:04:12: when a draft was saved."""
    local = _local(value)
    return local.strftime("%H:%M:%S") if local else fmt.NONE


@register.filter
def duration(seconds: float | None) -> str:
    """1 小时 12 分."""
    return fmt.NONE if seconds is None else fmt.duration(seconds)


# ── numbers and masks ────────────────────────────────────────────────────────────────────────────────
@register.filter
def count(value: int | None) -> str:
    """1,234; a dash for nothing known."""
    return fmt.count(value)


@register.filter
def signed(value: int | None) -> str:
    """+31, −3."""
    return fmt.signed(value)


@register.simple_tag
def rate(numerator: int | None, denominator: int | None) -> str:
    """96.4%; a dash when nothing was counted."""
    return fmt.rate(numerator, denominator)


@register.filter
def file_size(size: int | None) -> str:
    """214 KB."""
    return fmt.file_size(size)


@register.filter
def mask(value: str | None, kind: str) -> str:
    """{{ customer.phone|mask:"phone" }}: 138****6621."""
    return masks.mask(value, kind)


@register.filter
def state_word(state: str) -> str:
    """正常 预警 超时 暂停 已完成."""
    return str(WORDS.get(state, state))


@register.filter
def percent_of(part: float, whole: float) -> float:
    """Share of a drawing's width, 0 to 100."""
    return round(100 * part / whole, 1) if whole else 0


@register.filter
def heat_step(value: int, greatest: int) -> str:
    """The class of a heat cell: q1 … q5 by the share of the greatest cell, none for zero."""
    if not value or not greatest:
        return ""
    return f"q{1 + sum(value > share * greatest for share in HEAT_SHARES)}"


@register.filter
def field_kind(field: dict[str, Any]) -> str:
    """Which control partials/field.html draws for a rulebook's field."""
    choices = field.get("choices") or []
    kind = field.get("type") or "text"
    if kind in ("boolean", "number", "file", "datetime", "date", "password"):
        return str(kind)
    if kind == "list" and choices:
        return "checks"
    if choices:
        return "radios" if len(choices) <= 5 and kind == "choice" else "select"
    return "area" if field.get("long") else "line"


@register.filter
def chosen(value: Any, choice: Any) -> bool:
    """Whether a choice is the given value, or one of the given values."""
    if isinstance(value, list | tuple | set):
        return str(choice) in {str(item) for item in value}
    return value is not None and str(value) == str(choice)


@register.filter
def field_id(field: dict[str, Any]) -> str:
    """The id of a field's control; the error summary links to it."""
    return f"field-{field.get('prefix', '')}{field['name']}"


@register.simple_tag
def problem_count(problems: list[Any]) -> str:
    """还差 2 项."""
    return _("还差 %(count)d 项") % {"count": len(problems)}
