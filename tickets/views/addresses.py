"""Addresses by name, where a page may not be there: a rail shows what this installation has."""

from django.urls import NoReverseMatch, reverse


def address(name: str) -> str:
    """The address of a page by its name; nothing where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
