"""The description of the REST interface."""

from __future__ import annotations

import os


def description() -> str:
    """The OpenAPI file, as the server gives it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voyant.settings.django")
    import django

    django.setup()
    from voyant.api.documentation import description as described

    return described().decode()
