"""The demo organisations, their people and tickets: what `manage.py demo` makes. All names are invented."""
