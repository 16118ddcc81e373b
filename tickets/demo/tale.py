"""One demo ticket while it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tickets.actions.register import NewCustomer
from tickets.demo import texts
from tickets.demo.desk import Desk

SOURCE = "demo"  # of every demo ticket
# How many minutes pass before the tale goes on.
Course = Iterator[float]


@dataclass
class Tale:
    """Who does something now, at what time; `filled` are the places, days and amounts in this ticket's texts."""

    desk: Desk
    random: Random
    at: datetime
    ticket: int = 0
    filled: dict[str, str] = field(default_factory=dict)

    def act(self, action: str, **given: Any) -> None:
        self.desk.act(self.ticket, action, at=self.at, **given)

    def kind(self) -> str:
        """The main step's kind, or nothing when the ticket is over."""
        return self.desk.main_kind(self.ticket)

    def fact(self, name: str) -> Any:
        return self.desk.fact(self.ticket, name)

    def unit(self) -> str:
        return self.desk.unit(self.ticket)

    def handler(self) -> str:
        return self.desk.handler(self.ticket)

    def helpers(self) -> list[str]:
        """Who can help the unit that has it: the two assisting units of its city, or its province's one."""
        here = self.unit().partition("-")[0]
        return [f"{here}-assist"] if here.endswith("0000") else [f"{here}-line", f"{here}-estate"]

    def waits_for(self, kind: str) -> bool:
        """Whether a side step of that kind stands open."""
        return kind in self.desk.side_kinds(self.ticket)

    def wait(self, least: float, most: float) -> float:
        return self.random.uniform(least, most)

    def later(self, hours: float) -> str:
        return (self.at + timedelta(hours=hours)).isoformat()

    def fill(self, city: str) -> None:
        """Choose what this customer talks of."""
        places = texts.PLACES_EAST if city.startswith("32") else texts.PLACES
        day = self.at - timedelta(days=self.random.randint(1, 9))
        self.filled = {
            "place": self.random.choice(places).format(n=self.random.randint(2, 120)),
            "building": f"{self.random.randint(1, 18)} 号楼",
            "day": f"{day.month} 月 {day.day} 日",
            "month": f" {day.month} ",
            "amount": str(self.random.choice((5, 10, 15, 20, 30, 38, 49, 66))),
        }

    def words(self, text: str) -> str:
        return text.format(**self.filled)

    def customer(self, region: str = "") -> NewCustomer:
        """Somebody with a number that nobody has."""
        name = self.random.choice(texts.SURNAMES) + self.random.choice(texts.GIVEN)
        return NewCustomer(name=name, phone=f"1990000{self.random.randrange(10_000):04}", region=region)
