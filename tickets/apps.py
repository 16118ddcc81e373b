from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        from .views.glass import looks_panel
        from .views.panels import register_panel
        from .views.paper_panel import paper_panel

        register_panel(paper_panel)
        register_panel(looks_panel)
