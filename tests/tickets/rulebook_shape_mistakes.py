"""Mistakes that are seen while a rulebook is compiled: words, types, shapes.

Each: what is written in the small rulebook, what is written instead, and the lines it is refused with (all begin with
the file's name).
"""

MISTAKES = [
    (
        'title = "小手册"',
        'titel = "小手册"',
        ["rulebook: no such word: “titel”; did you mean “title”?", "rulebook: “title” is missing"],
    ),
    (
        'id = "small"',
        'id = "Small Book"',
        ["rulebook.id: “Small Book” is not written as an id of small letters, digits and -"],
    ),
    (
        "version = 1",
        'version = "1"',
        ["rulebook.version: expected a whole number, found a text"],
    ),
    (
        "version = 1",
        "version = 0",
        ["rulebook.version: expected a whole number from 1 on, found a number"],
    ),
    (
        'kind = "complaint"',
        'kind = "complain"',
        ["rulebook.kind: no such kind: “complain”; did you mean “complaint”?"],
    ),
    (
        'kind = "complaint"',
        '''kind = "complaint"
barrier = "team"''',
        ["rulebook.barrier: no such barrier: “team”"],
    ),
    (
        'kind = "complaint"',
        '''kind = "complaint"
quiet = "late"''',
        ["rulebook.quiet: “late” is not written as hours like 22:00-07:00"],
    ),
    (
        "[roles]",
        """[rols]
a = 1
[roles]""",
        ["rols: no such section: “rols”; did you mean “roles”?"],
    ),
    (
        'clerk = "受理员"',
        "clerk = 5",
        ["roles.clerk: expected a text, found a number"],
    ),
    (
        'clerk = "受理员"',
        '"the clerk" = "受理员"',
        [
            "roles: “the clerk” can't be a name (letters, digits, _ and -, at most 60)",
            "steps.intake.by: no such role: “clerk”",
            "steps.reply.by: no such role: “clerk”",
            "actions.register.by: no such role: “clerk”",
        ],
    ),
    (
        'declined = "不予受理"',
        'refused = "不予受理"',
        ["ends: no such end: “refused”", "actions.decline.then[1]: no such end: “declined”"],
    ),
    (
        'choices = { minor = "轻微", major = "重大" }',
        'type = "choice"',
        ["fields.severity: a field of type choice needs choices"],
    ),
    (
        '''[fields.amount]
type = "number"''',
        '''[fields.amount]
type = "money"''',
        ["fields.amount.type: no such type: “money”"],
    ),
    (
        "[fields.solution]",
        """[fields.to]
type = "text"
[fields.solution]""",
        ["fields.to: the field “to” must have the type unit"],
    ),
    (
        "[fields.solution]",
        '''[fields.solution]
of = "ticket"''',
        ['fields.solution.of: expected "step", found a text'],
    ),
    (
        'rows = [["minor", "8h"], ["major", "20h"]]',
        'rows = [["minor", "8h"], ["20h"]]',
        ["tables.handling: row 2: expected 2 entries, found 1"],
    ),
    (
        'rows = [["minor", "8h"], ["major", "20h"]]',
        'rows = [["minor", "8h"], [["major", "*"], "20h"]]',
        ["tables.handling: row 2: “*” can't stand in a list"],
    ),
    (
        'limit = "2d"',
        'limit = "2 days"',
        [
            "clocks.promise.limit: “2 days” is no limit; write 30s 10min 4h 2d 3wd same-day 1mo, none, "
            "rest, rest-1h, a table or a date field"
        ],
    ),
    (
        'limit = "2d"',
        'limit = "0d"',
        ["clocks.promise.limit: the limit “0d” is zero or longer than a century"],
    ),
    (
        'limit = "2d"',
        "limit = 48",
        ["clocks.promise.limit: expected a name or a list of names, found a number"],
    ),
    (
        '"90%" = [{ tell',
        '"190%" = [{ tell',
        ["alarms.standard: “190%” is no moment; write 90%, due, due+24h or every 24h (hours, minutes or seconds)"],
    ),
    (
        '"90%" = [{ tell',
        '"due+1d" = [{ tell',
        ["alarms.standard: “due+1d” is no moment; write 90%, due, due+24h or every 24h (hours, minutes or seconds)"],
    ),
    (
        '"90%" = [{ tell',
        """"due+60min" = [{ tell = "warning", to = ["holder"] }]
"due+1h" = [{ tell""",
        ["alarms.standard: “due+1h” is the same moment as “due+60min”"],
    ),
    (
        '"90%" = [{ tell = "warning", to = ["holder"] }]',
        '"90%" = [{ tell = "warning" }]',
        ["alarms.standard.90%[1]: “to” is missing"],
    ),
    (
        'text = "工单{number}将于{due}到期"',
        'text = "工单{number将于{due}到期"',
        ["messages.warning.text: the braces in the text do not pair up"],
    ),
    (
        'stage = "intake"',
        'stage = "intak"',
        ["steps.intake.stage: no such stage: “intak”; did you mean “intake”?"],
    ),
    (
        '''limit = "4h"
answered = "reply"''',
        '''limit = "4h"
answred = "reply"''',
        ["steps.reply: no such word: “answred”; did you mean “answered”?"],
    ),
    (
        'at = ["respondent", "management"]',
        "at = []",
        ["steps.handling: “at” is empty"],
    ),
    (
        "side = true",
        'side = "yes"',
        [
            "steps.assist.side: expected true or false, found a text",
            "actions.recall.then[1]: only side steps can be recalled, “assist” is a main step",
        ],
    ),
    (
        "[steps.assist]",
        """[steps.approval]
stage = "assist"
by = ["head"]
[steps.assist]""",
        ["steps.approval: the name “approval” belongs to the engine"],
    ),
    (
        'from = "start"',
        'from = ["start", "ticket"]',
        [
            "actions.register.from: “start” stands alone, not in a list with others",
            "actions.register.from: “ticket” stands alone, not in a list with others",
        ],
    ),
    (
        'then = [{ next = "intake", at = "channel" }]',
        'then = [{ next = "intake", ask = "intake" }]',
        [
            "actions.register.then[1]: exactly one of next ask back recall end rectify set tell is needed",
            "actions.register: starting must lead to a main step or an end, whatever is given",
        ],
    ),
    (
        'then = [{ next = "intake", at = "channel" }]',
        'then = [{ next = "intake", to = "channel" }]',
        ["actions.register.then[1]: no such word: “to”"],
    ),
    (
        """[actions.decline]
from = ["intake"]""",
        """[actions.decline]
from = ["intakes"]""",
        ["actions.decline.from: no such step, end, start or ticket: “intakes”; did you mean “intake”?"],
    ),
    (
        'needs = ["severity"]',
        """needs = ["severity"]
when = { amount = { mx = 3 } }""",
        ["actions.dispatch.when.amount: no such word: “mx”; did you mean “max”?"],
    ),
    (
        'needs = ["severity"]',
        """needs = ["severity"]
when = { any = {} }""",
        ["actions.dispatch.when.any: expected a list of tables, found a table"],
    ),
    (
        """at = "management"
by = ["head"]""",
        'at = "management"',
        ["actions.extend.approval: “by” is missing"],
    ),
    (
        """[actions.feedback]
from = ["handling"]
needs = ["solution"]
then = [{ back = "answer" }]""",
        """[actions.feedback]
from = ["handling"]
needs = ["solution"]
then = [{ back = "ansewr" }]""",
        ["actions.feedback.then[1].back: back is “answer” or “again”, not “ansewr”"],
    ),
]
