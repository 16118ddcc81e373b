"""Addresses of the pages of this app."""

from django.urls import include, path

from reporting.views import (
    board,
    dashboard,
    dialling,
    event_log,
    hot,
    imports,
    indicator,
    indicator_export,
    indicator_tickets,
    late,
    queue_export,
    refusals,
    samples,
    simulations,
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
    path("queue/export.<slug:kind>", queue_export.queue_export, name="queue-export"),
    path("event-log/", event_log.event_log, name="event-log"),
    path("reports/", include("reporting.report_urls")),
    path("hot-issues/", hot.issues, name="hot-issues"),
    path("hot-issues/<int:id>/", hot.issue, name="hot-issue"),
    path("samples/", samples.sampling, name="samples"),
    path("samples/<int:id>/", samples.sample, name="sample"),
    path("test-calls/", dialling.dialling, name="test-calls"),
    path("refusals/", refusals.refusals, name="refusals"),
    path("imports/", imports.imports, name="imports"),
    path("simulations/", simulations.simulations, name="simulations"),
    path("simulations/<int:pk>/", simulations.simulation, name="simulation"),
    path("board/chase/<int:step_id>/", late.chase, name="board-chase"),
]
