from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "appeals"

    def ready(self) -> None:
        from tickets.rulebook.keepers import register_keeper
        from tickets.views.panels import register_panel

        from .actions import cases, earlier, filings, findings
        from .views.panel import case_panel

        register_keeper("regulator_case", cases.WORDS, cases.case_keep)
        register_keeper("finding", findings.WORDS, findings.finding_keep)
        register_keeper("further_finding", findings.WORDS, findings.further_finding_keep)
        register_keeper("earlier_complaint", earlier.WORDS, earlier.earlier_require)
        register_keeper("dispute", findings.DISPUTE_WORDS, findings.dispute_keep)
        register_keeper("filing", filings.WORDS, filings.filing_keep)
        register_panel(case_panel)
