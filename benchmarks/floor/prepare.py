"""Make the floor's tables and print a token: a process of its own, since the product's settings are another's."""

import os

import django


def prepare() -> str:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from rest_framework.authtoken.models import Token

    call_command("migrate", run_syncdb=True, verbosity=0)
    return Token.objects.create(user=User.objects.create(username="floor")).key


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.floor.settings"
    django.setup()
    print(prepare())
