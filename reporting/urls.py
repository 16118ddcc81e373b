"""Addresses of the pages of this app."""

from django.urls import include, path

from reporting.views import (
    board,
    dashboard,
    event_log,
    imports,
    indicator,
    indicator_export,
    indicator_tickets,
    late,
    steps,
)

urlpatterns = [
    path("indicators/", dashboard.dashboard, name="indicators"),
    path("indicators/steps/", steps.steps, name="indicators-steps"),
    path("indicators/steps/tickets/", steps.path_tickets, name="indicators-paths"),
    path("indicators/<slug:id>/", indicator.indicator, name="indicator"),
    path("indicators/<slug:id>/tickets/", indicator_tickets.indicator_tickets, name="indicator-tickets"),
    path("indicators/<slug:id>/figures.<slug:kind>", indicator_export.indicator_export, name="indicator-export"),
    path("board/", board.board, name="board"),
    path("board/live/", board.live, name="board-live"),
    path("board/lateness/", board.lateness, name="board-lateness"),
    path("event-log/", event_log.event_log, name="event-log"),
    path("reports/", include("reporting.report_urls")),
    path("imports/", imports.imports, name="imports"),
    path("board/chase/<int:step_id>/", late.chase, name="board-chase"),
]
