"""Addresses of the pages of this app."""

from django.urls import path

from reporting.views import board, event_log, imports, late

urlpatterns = [
    path("board/", board.board, name="board"),
    path("board/live/", board.live, name="board-live"),
    path("board/lateness/", board.lateness, name="board-lateness"),
    path("event-log/", event_log.event_log, name="event-log"),
    path("imports/", imports.imports, name="imports"),
    path("board/chase/<int:step_id>/", late.chase, name="board-chase"),
]
