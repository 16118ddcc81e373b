"""Every address of the site; each app names its own."""

from django.urls import include, path

from tickets.api.health import healthz, readyz
from tickets.api.metrics import metrics

handler400 = "tickets.api.problems.bad_request"
handler403 = "tickets.api.problems.forbidden"
handler404 = "tickets.api.problems.not_found"
handler500 = "tickets.api.problems.broken"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", include("tickets.api.urls")),
    path("api/v1/", include("escalation.api.urls")),
    path("api/v1/", include("appeals.api.urls")),
    path("api/v1/", include("reporting.api.urls")),
    path("", include("tickets.urls")),
    path("", include("escalation.urls")),
    path("", include("appeals.urls")),
    path("", include("reporting.urls")),
]
