"""Addresses of the REST interface of this app."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import IntConverter

from .alerts import AlertAcknowledge, Alerts
from .supervision import MajorRead, Majors, OrderCounts, Orders, Supervision


class IdConverter(IntConverter):
    regex = "[0-9]{1,18}"  # what a database's id can be


register_converter(IdConverter, "row_id")

urlpatterns: list[URLPattern] = [
    path("alerts/", Alerts.as_view(), name="api-alerts"),
    path("alerts/<row_id:id>/acknowledge/", AlertAcknowledge.as_view(), name="api-alert-acknowledge"),
    path("supervision/", Supervision.as_view(), name="api-supervision"),
    path("orders/", Orders.as_view(), name="api-orders"),
    path("orders/counts/", OrderCounts.as_view(), name="api-order-counts"),
    path("major-reports/", Majors.as_view(), name="api-major-reports"),
    path("major-reports/<row_id:id>/read/", MajorRead.as_view(), name="api-major-read"),
]
