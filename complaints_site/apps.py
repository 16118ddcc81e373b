from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "complaints_site"
    verbose_name = "site"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers the system checks
