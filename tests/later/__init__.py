"""The migrations of a version to come: those of today, and two more that touch the busiest table."""

from tickets import migrations

__path__ = [*migrations.__path__, *__path__]
