from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self) -> None:
        from tickets.rulebook.keepers import register_follower, register_keeper
        from tickets.rulebook.subcommands import register_subcommand
        from tickets.views.panels import register_panel
        from tickets.views.system_figures import register_figure

        from .accountability import on_ticket
        from .accountability.propose import follow
        from .simulation.command import SIMULATE
        from .views.hot_panel import hot_panel
        from .views.uncounted import uncounted

        register_subcommand(SIMULATE)
        register_follower(follow)
        register_keeper(on_ticket.PENALTY, on_ticket.WORDS, on_ticket.penalty_keep)
        register_keeper(on_ticket.WAIVER, on_ticket.WAIVER_WORDS, on_ticket.waiver_keep)
        register_panel(hot_panel)
        register_figure(uncounted)
