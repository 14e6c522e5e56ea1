"""Django's settings, derived from ours."""

from __future__ import annotations

from voyant.settings.configuration import settings

SECRET_KEY = "no-web-session-is-signed-yet"  # noqa: S105 - nothing here signs anything; the setting must not be empty
INSTALLED_APPS = ["voyant.store"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": settings().database_path,
        "OPTIONS": {
            # Writers queue instead of failing: several processes share one home.
            "timeout": 60,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }
}
