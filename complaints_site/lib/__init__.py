"""Helpers without tables or rules. They import no app."""
