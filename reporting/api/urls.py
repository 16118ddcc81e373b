"""Addresses of the REST interface of this app."""

from django.urls import URLPattern, path, re_path

from .calls import Calls
from .event_log import EventLog
from .hot import HotIssues
from .improvement import Charges, Rectifications
from .indicators import Indicators, IndicatorTickets, OneIndicator
from .samples import Samples, Verdict
from .wrap_up import WrapUp

ID = r"(?P<id>[a-z0-9_]{1,60})"

urlpatterns: list[URLPattern] = [
    path("calls/", Calls.as_view(), name="api-calls"),
    path("calls/wrap-up/", WrapUp.as_view(), name="api-wrap-up"),
    re_path(r"^event-log/(?P<form>[a-z]{1,10})/$", EventLog.as_view(), name="api-event-log"),
    path("hot-issues/", HotIssues.as_view(), name="api-hot-issues"),
    path("charges/", Charges.as_view(), name="api-charges"),
    path("rectifications/", Rectifications.as_view(), name="api-rectifications"),
    path("samples/", Samples.as_view(), name="api-samples"),
    path("samples/<str:number>/verdict/", Verdict.as_view(), name="api-sample-verdict"),
    path("indicators/", Indicators.as_view(), name="api-indicators"),
    re_path(rf"^indicators/{ID}/$", OneIndicator.as_view(), name="api-indicator"),
    re_path(rf"^indicators/{ID}/tickets/$", IndicatorTickets.as_view(), name="api-indicator-tickets"),
]
