"""How actions look: an icon and a key for the verbs that many rulebooks share. Presentation only: an action that is not
here works the same, with a plain arrow and no key (design §5)."""

from __future__ import annotations

ICONS = {
    "register": "intake", "submit": "send", "answer": "check-circle", "grant": "check", "sign": "accept",
    "accept": "accept", "assign": "assign", "dispatch": "send", "dispatch_away": "send", "forward": "forward",
    "assist": "assist", "recall": "back", "upgrade": "upgrade", "feedback": "back", "return_routing": "back",
    "return_form": "back", "return_case": "back", "ask_again": "reopen", "redo": "reopen", "rework": "reopen",
    "recommit": "extend", "extend": "extend", "overrun": "extend", "progress_note": "note", "tell_progress": "note",
    "reply": "phone", "callback": "phone", "close": "check-circle", "close_case": "check-circle",
    "conclude": "check-circle", "chase": "chase", "answer_chase": "note", "report_major": "flame",
    "receive_report": "accept", "merge": "merge", "withdraw": "close", "decline": "close", "reopen": "reopen",
    "regrade": "edit", "apologise": "note", "approve": "check", "reject": "close", "fulfil": "check",
    "add_document": "attach", "archive": "save",
}  # fmt: skip

KEYS = {
    "sign": "R", "accept": "R", "receive_report": "R", "assign": "A", "dispatch": "Z", "forward": "Z", "assist": "H",
    "recommit": "Y", "extend": "Y", "overrun": "Y", "upgrade": "S", "feedback": "B", "progress_note": "C",
    "tell_progress": "C",
}  # fmt: skip


def icon_of(action: str) -> str:
    return ICONS.get(action, "right")


def event_icon(name: str) -> str:
    """An event is named after its action; `.due` and `.90%` are the watch's own."""
    action, _, moment = name.partition(".")
    if action == "paper":
        return "file"
    if action == "customer":
        return "chase" if moment == "urged" else "phone"
    if moment in ("asked", "rejected"):
        return "extend" if moment == "asked" else "close"
    return "clock" if moment else ICONS.get(action, "note")


def keys_for(actions: list[str]) -> dict[str, str]:
    """A key for each action that has one; the first of two that share it keeps it."""
    taken: dict[str, str] = {}
    for action in actions:
        key = KEYS.get(action)
        if key and key not in taken.values():
            taken[action] = key
    return taken
