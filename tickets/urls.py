"""Addresses of the pages of this app."""

from django.urls import path

from tickets.views import login, queue, session, settings

urlpatterns = [
    path("login/", login.login, name="login"),
    path("logout/", login.logout, name="logout"),
    path("session/", session.keepalive, name="keepalive"),
    path("settings/", settings.settings, name="settings"),
    path("settings/density/", settings.density, name="density"),
    path("settings/language/", settings.language, name="language"),
    path("settings/password/", settings.password, name="password"),
    path("queue/", queue.queue, name="queue"),
    path("queue/poll/", queue.poll, name="queue-poll"),
    path("queue/conditions/", queue.conditions, name="queue-conditions"),
]
