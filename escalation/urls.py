"""Addresses of the pages of this app."""

from django.urls import path

from escalation.views import alerts, desk, majors, orders, supervision, system, walls

urlpatterns = [
    path("system/", system.system, name="system"),
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/cases/", supervision.cases, name="supervision-cases"),
    path("supervision/escalations/", desk.desk, name="escalations"),
    path("supervision/orders/", orders.orders, name="orders"),
    path("supervision/orders/new/", orders.order, name="order"),
    path("supervision/major/", majors.majors, name="major-reports"),
    path("supervision/major/<int:report>/read/", majors.read, name="major-read"),
    path("supervision/walls/", walls.walls, name="walls"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:alert>/acknowledge/", alerts.acknowledge, name="alert-acknowledge"),
    path("alerts/<int:alert>/undo/", alerts.undo, name="alert-undo"),
    path("alerts/acknowledge/", alerts.acknowledge_warnings, name="alerts-acknowledge"),
    path("alerts/notices/<int:message>/read/", alerts.notice_read, name="notice-read"),
    path("alerts/notices/read/", alerts.notices_read, name="notices-read"),
]
