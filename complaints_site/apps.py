from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "complaints_site"
    verbose_name = "site"

    def ready(self) -> None:
        from . import celery, checks  # noqa: F401  tasks find their application; the system checks are registered
