"""Forms of the pages that ask for the same fields whatever the rulebook; acts build theirs from the rulebook."""

from __future__ import annotations

from django import forms
from django.conf import settings


class LoginForm(forms.Form):
    username = forms.CharField(max_length=60, strip=True)
    password = forms.CharField(max_length=200, strip=False)


class PreferencesForm(forms.Form):
    """How one person likes the screens: kept on the server, so it is the same on every desk."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    density = forms.ChoiceField(choices=[("medium", ""), ("compact", "")], required=False)
    single_keys = forms.BooleanField(required=False)
