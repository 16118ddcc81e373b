"""An organisation without a database, in which every rulebook can be walked: for tests of the pure core."""

from tickets.calendars import china
from tickets.core.world import DutyView, PersonView, RouteView, UnitView, World
from tickets.rulebook.compiled import Book

FUNCTIONS = ("service", "centre", "remote", "owner", "handler", "assist", "channel", "supervision", "management")
TIERS = (("hq", (1,), ""), ("province", (1, 100), "410000"), ("city", (1, 100, 200), "410100"))
PEOPLE_PER_ROLE = 3


def world_for(book: Book) -> World:
    """Three tiers, every function at each, and three people with every role of the book at the top."""
    units: dict[int, UnitView] = {}
    for tier, path, region in TIERS:
        units[path[-1]] = UnitView(path[-1], tier, tier, tier, path, frozenset({"management"}), region)
        for place, function in enumerate(FUNCTIONS, start=1):
            id_ = path[-1] * 1000 + place
            units[id_] = UnitView(
                id_, f"{tier}-{function}", function, tier, (*path, id_), frozenset({function}), region
            )
    people = {n: PersonView(n, f"p{n}", f"人{n}", f"p{n}@demo.invalid") for n in range(1, PEOPLE_PER_ROLE + 2)}
    # Person 4 is the one complained about in half of the walks: they hold every role like the others.
    duties = [DutyView(person, role, 1, True) for person in people for role in book.roles]
    return World(units, people, duties, [RouteView("*", "*", "*", "*", "*", 200005)], china())
