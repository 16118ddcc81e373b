"""Every address of the site; each app names its own."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("tickets.api.urls")),
    path("api/v1/", include("escalation.api.urls")),
    path("", include("tickets.urls")),
    path("", include("escalation.urls")),
    path("", include("reporting.urls")),
]
