"""Mistakes that only the proof sees: names, values, tables, exits, flow, limits.

Each: what is written in the small rulebook, what is written instead, and the lines it is refused with (all begin with
the file's name).
"""

MISTAKES = [
    (
        "[fields.solution]",
        '''[fields.solution]
type = "number"
default = "x"''',
        ["fields.solution.default: “x” does not fit the field “solution”"],
    ),
    (
        "[fields.solution]",
        """[fields.step]
[fields.solution]""",
        ["fields.step: the name “step” belongs to the engine"],
    ),
    (
        'by = ["severity"]',
        'by = ["severty"]',
        ["tables.handling.by: no such fact: “severty”; did you mean “severity”?"],
    ),
    (
        'rows = [["minor", "8h"], ["major", "20h"]]',
        'rows = [["minor", "8h"]]',
        ["tables.handling: no row for {severity: major} (used by steps.handling)"],
    ),
    (
        'rows = [["minor", "8h"], ["major", "20h"]]',
        'rows = [["minor", "8h"], ["majr", "20h"]]',
        ["tables.handling.rows[2]: “majr” does not fit the field “severity”; did you mean “major”?"],
    ),
    (
        'rows = [["minor", "8h"], ["major", "20h"]]',
        'rows = [["*", "8h"], ["major", "20h"]]',
        ["tables.handling: row 2 is never reached, the rows above take everything"],
    ),
    (
        'rows = [["minor", "8h"], ["major", "20h"]]',
        'rows = [["minor", "8h"], ["major", "20 h"]]',
        ["tables.handling: row 2: “20 h” is no limit (used by steps.handling)"],
    ),
    (
        'rows = [["minor", "8h"], ["major", "20h"]]',
        'rows = [["minor", "8h"], ["major", 20]]',
        ["tables.handling: row 2: “20” is no limit (used by steps.handling)"],
    ),
    (
        'rows = [["minor", "8h"], ["major", "20h"]]',
        'rows = [["minor", "8h"], ["major", "handling"]]',
        ["tables.handling: the table refers back to itself"],
    ),
    (
        'rows = [["minor", "8h"], ["major", "20h"]]',
        'rows = [["minor", "8h"], ["major", "50h"]]',
        [
            "clocks.promise: the steps take 55 h but promise allows 48 h for {severity: major}; intake "
            "1 h + handling 50 h + reply 4 h"
        ],
    ),
    (
        'starts = ["register"]',
        'starts = ["registr"]',
        ["clocks.promise.starts: no such action or <clock>.due: “registr”; did you mean “register”?"],
    ),
    (
        'stops = ["reply"]',
        'stops = ["handling.du"]',
        ["clocks.promise.stops: no such action or <clock>.due: “handling.du”; did you mean “handling.due”?"],
    ),
    (
        'stops = ["reply"]',
        'stops = ["decline"]',
        ["actions.reply: the promise still runs when the ticket is closed; register → dispatch → feedback → reply"],
    ),
    (
        'limit = "2d"',
        'limit = "rest"',
        ["clocks.promise: “rest” is only for a step's limit"],
    ),
    (
        'limit = "2d"',
        'limit = "amount"',
        ["clocks.promise: the field “amount” is no date, it can't be a limit"],
    ),
    (
        'extends = ["extend"]',
        'extends = ["reply"]',
        ["clocks.promise: “reply” extends this deadline but does not ask for “until”"],
    ),
    (
        'to = ["holder", "head of top"]',
        'to = ["holder", "head of home town"]',
        ["alarms.standard.due[1]: no such receiver: “head of home town”; did you mean “head of home”?"],
    ),
    (
        'text = "工单{number}将于{due}到期"',
        'text = "工单{nummer}将于{due}到期"',
        ["messages.warning.text: no such place: “nummer”; did you mean “number”?"],
    ),
    (
        """ways = ["inbox"]

[messages.asked]""",
        """ways = ["inbocks"]

[messages.asked]""",
        ["messages.warning.ways: no such way: “inbocks”; did you mean “inbox”?"],
    ),
    (
        "[messages.asked]",
        "[messages.askd]",
        ["actions.extend.approval: no such message: “asked”; did you mean “askd”?"],
    ),
    (
        """answered = "reply"

[steps.handling]""",
        """
[steps.handling]""",
        [
            "steps.reply: never reached",
            "steps.intake: gets an answer but does not say how it goes on (answered); register → dispatch → feedback",
        ],
    ),
    (
        """answered = "reply"

[steps.handling]""",
        """answered = "assist"

[steps.handling]""",
        ["steps.intake: answered must name a main step, “assist” is a side step"],
    ),
    (
        '''limit = "4h"
answered = "reply"''',
        'limit = "4h"',
        [
            "steps.reply: gets an answer but does not say how it goes on (answered); register → "
            "dispatch → feedback → again → feedback"
        ],
    ),
    (
        'at = ["respondent", "management"]',
        'at = ["respondent", "managment of top"]',
        ["steps.handling.at: no such holder: “managment of top”; did you mean “management of top”?"],
    ),
    (
        """side = true
by = ["head"]""",
        """side = true
by = ["haed"]""",
        ["steps.assist.by: no such role: “haed”; did you mean “head”?"],
    ),
    (
        "[steps.assist]",
        """[steps.lost]
stage = "assist"
by = ["head"]
[steps.assist]""",
        ["steps.lost: never reached"],
    ),
    (
        """from = "start"
by = ["clerk"]""",
        'from = "start"',
        ["actions.register: no role may do this at “start”"],
    ),
    (
        'then = [{ next = "intake", at = "channel" }]',
        'then = [{ next = "intake", at = "channel", when = { severity = "minor" } }]',
        ["actions.register: starting must lead to a main step or an end, whatever is given"],
    ),
    (
        'then = [{ next = "intake", at = "channel" }]',
        'then = [{ next = "assist", at = "channel" }]',
        ["actions.register.then[1]: next leads from a main step to the side step “assist”"],
    ),
    (
        'then = [{ end = "declined" }]',
        'then = [{ end = "decline" }]',
        ["actions.decline.then[1]: no such end: “decline”; did you mean “declined”?"],
    ),
    (
        'needs = ["severity"]',
        'needs = ["severty"]',
        ["actions.dispatch.needs: no such field: “severty”; did you mean “severity”?"],
    ),
    (
        'needs = ["severity"]',
        'may = ["severity"]',
        ["tables.handling: no row for {severity: not yet known} (used by steps.handling)"],
    ),
    (
        'needs = ["severity"]',
        'needs = ["severity", { field = "reason", when = { severity = "mayor" } }]',
        ["actions.dispatch.needs: “mayor” does not fit the field “severity”; did you mean “major”?"],
    ),
    (
        'needs = ["severity"]',
        """needs = ["severity"]
when = { reason = { max = 3 } }""",
        ["actions.dispatch.when: “reason” is no number, it can't have min or max"],
    ),
    (
        'needs = ["severity"]',
        """needs = ["severity"]
when = { valid = "yes" }""",
        ["actions.dispatch.when: “yes” does not fit the field “valid”"],
    ),
    (
        'needs = ["severity"]',
        """needs = ["severity"]
when = { done.dispach = { min = 1 } }""",
        ["actions.dispatch.when: no such action: “dispach”; did you mean “dispatch”?"],
    ),
    (
        'needs = ["severity"]',
        """needs = ["severity"]
when = { clock.promise = "late" }""",
        ["actions.dispatch.when: no such clock state: “late”"],
    ),
    (
        'needs = ["severity"]',
        """needs = ["severity"]
when = { clock.promis = "overdue" }""",
        ["actions.dispatch.when: no such clock: “promis”; did you mean “promise”?"],
    ),
    (
        'needs = ["severity"]',
        """needs = ["severity"]
when = { has = ["resaon"] }""",
        ["actions.dispatch.when: no such field: “resaon”; did you mean “reason”?"],
    ),
    (
        'needs = ["severity"]',
        """needs = ["severity"]
when = { step = "reply" }""",
        [
            "steps.handling: never reached",
            "steps.reply: never reached",
            "steps.assist: never reached",
            "actions.dispatch: can never happen",
            "steps.intake: answered is never used: no answer ever comes back here",
        ],
    ),
    (
        """needs = ["to"]
then""",
        "then",
        ["actions.help.then[1]: opens at “chosen” but does not ask for “to”"],
    ),
    (
        '{ recall = "assist" }',
        '{ recall = "handling" }',
        ["actions.recall.then[1]: only side steps can be recalled, “handling” is a main step"],
    ),
    (
        """[actions.advise]
from = ["assist"]
needs = ["solution"]
then = [{ back = "answer" }]""",
        "",
        ["steps.assist: no action leaves this step"],
    ),
    (
        """[actions.advise]
from = ["assist"]
needs = ["solution"]
then = [{ back = "answer" }]""",
        """[actions.advise]
from = ["assist"]
needs = ["solution"]
then = [{ next = "reply" }]""",
        ["actions.advise.then[1]: next leads from a side step to the main step “reply”"],
    ),
    (
        """[actions.feedback]
from = ["handling"]""",
        """[actions.feedback]
from = ["handling"]
when = { severity = "major" }""",
        ["steps.handling: nobody can leave this step when {severity: minor}"],
    ),
    (
        """[actions.feedback]
from = ["handling"]""",
        """[actions.feedback]
from = ["handling"]
when = { clock.step = ["running", "warned"] }""",
        ["steps.handling: nobody can leave this step when {clock.step: overdue}"],
    ),
    (
        """[actions.feedback]
from = ["handling"]
needs = ["solution"]
then = [{ back = "answer" }]""",
        "",
        [
            "steps.handling: no action leaves this step",
            "steps.reply: never reached",
            "steps.intake: answered is never used: no answer ever comes back here",
        ],
    ),
    (
        """[actions.reply]
from = ["reply"]
needs = ["solution"]
then = [{ end = "closed" }]""",
        "",
        ["clocks.promise.stops: no such action or <clock>.due: “reply”; did you mean “reply.due”?"],
    ),
    (
        """[actions.reply]
from = ["reply"]""",
        """[actions.reply]
from = ["reply"]
when = { done.again = { max = 0 } }""",
        ["steps.reply: nobody can leave this step when {done.again: 2}"],
    ),
    (
        """[actions.again]
from = ["reply"]
when = { done.again = { max = 1 } }
then = [{ ask = "handling" }]""",
        """[actions.again]
from = ["reply"]
then = [{ back = "again" }]""",
        [
            "actions.again: goes back, but nobody ever asks at reply",
            "steps.reply: answered is never used: no answer ever comes back here",
        ],
    ),
    (
        '"90%" = [{ tell = "warning", to = ["holder"] }]',
        """"90%" = [{ next = "intake" }]
"every 24h" = [{ next = "intake" }]""",
        [
            "alarms.standard.90%[1]: next leads from a side step to the main step “intake”",
            "alarms.standard.every 24h[1]: next leads from a side step to the main step “intake”",
        ],
    ),
    (
        """then = [{ ask = "handling" }]

[actions.help]""",
        """then = [{ ask = "handling", at = "chosen" }]

[actions.help]""",
        ["actions.dispatch.then[1]: opens at “chosen” but does not ask for “to”"],
    ),
    (
        """then = [{ ask = "handling" }]

[actions.help]""",
        """then = [{ set = { severity = "huge" } }, { ask = "handling" }]

[actions.help]""",
        ["actions.dispatch.then[1]: “huge” does not fit the field “severity”"],
    ),
    (
        """then = [{ ask = "handling" }]

[actions.help]""",
        """then = [{ set = { valid = { table = "handling" } } }, { ask = "handling" }]

[actions.help]""",
        [
            "tables.handling: row 1: “8h” does not fit the field “valid” (used by actions.dispatch.then[1])",
            "tables.handling: row 2: “20h” does not fit the field “valid” (used by actions.dispatch.then[1])",
        ],
    ),
    (
        'by = ["head"]\nlimit = "handling"',
        'by = ["head"]\nlimit = ["handling", "clock.promis-1h"]',
        ["steps.handling: no such clock: “promis”; did you mean “promise”?"],
    ),
    (
        'stops = ["reply"]\nlimit = "2d"',
        'stops = ["reply"]\nlimit = ["2d", "clock.promise"]',
        ["clocks.promise: the clock “promise” depends on another clock itself; take that one"],
    ),
    (
        'from = ["intake"]\nneeds = ["reason"]',
        'from = ["intake"]\nby = ["clerk of top"]\nneeds = ["reason"]',
        [
            'actions.decline: “clerk of top” is only for from = "ticket" and for ends: '
            "a step says by its unit who may act"
        ],
    ),
    (
        'from = ["intake"]\nneeds = ["severity"]',
        'from = ["intake"]\nwhen = { signed = "yes" }\nneeds = ["severity"]',
        ["actions.dispatch.when: “yes” does not fit the field “signed”"],
    ),
]
