from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self) -> None:
        from tickets.rulebook.subcommands import register_subcommand

        from .simulation.command import SIMULATE

        register_subcommand(SIMULATE)
