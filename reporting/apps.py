from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self) -> None:
        from tickets.rulebook.subcommands import register_subcommand
        from tickets.views.panels import register_panel
        from tickets.views.system_figures import register_figure

        from .simulation.command import SIMULATE
        from .views.hot_panel import hot_panel
        from .views.uncounted import uncounted

        register_subcommand(SIMULATE)
        register_panel(hot_panel)
        register_figure(uncounted)
