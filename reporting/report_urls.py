"""Addresses of the pages of reports: below `reports/`."""

from django.urls import path, re_path

from reporting.views import customers, frozen, reports, surveys, writings

urlpatterns = [
    path("", reports.reports, name="reports"),
    path("schedules/<int:id>/again/", reports.again, name="report-again"),
    path("schedules/<int:id>/switch/", reports.switch, name="report-switch"),
    path("<int:id>/", reports.report_run, name="report-run"),
    re_path(r"^(?P<id>\d{1,15})/report\.(?P<suffix>xlsx|pdf)$", reports.report_file, name="report-file"),
    path("frozen/", frozen.frozen, name="frozen"),
    path("frozen/<int:id>/", frozen.month, name="frozen-month"),
    path("writings/", writings.writings, name="writings"),
    path("writings/<int:id>/", writings.writing, name="writing"),
    re_path(r"^writings/(?P<id>\d{1,15})/text\.(?P<suffix>docx|pdf)$", writings.writing_file, name="writing-file"),
    path("customers/", customers.customers, name="customers"),
    path("surveys/", surveys.surveys, name="surveys"),
    path("surveys/<int:id>/", surveys.survey, name="survey"),
    path("surveys/<int:id>/sample.xlsx", surveys.sample, name="survey-sample"),
]
