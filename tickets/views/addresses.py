"""Addresses by name, where a page may not be there: a rail shows what this installation has. And where to go on."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def address(name: str) -> str:
    """The address of a page by its name; nothing where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def asked_for(request: HttpRequest) -> str:
    """Where the person wanted to go: an address of our own, or nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""


def onward_of(wanted: str) -> str:
    """There, or to the first page."""
    return wanted or address(settings.LOGIN_REDIRECT_URL) or reverse("queue")
