"""Django's settings, derived from ours."""

from __future__ import annotations

from voyant.settings.configuration import settings
from voyant.settings.databases import postgresql, sqlite

SECRET_KEY = "no-web-session-is-signed-yet"  # noqa: S105 - nothing here signs anything; the setting must not be empty
INSTALLED_APPS = ["voyant.store"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None

_url = settings().database_url
DATABASES = {"default": sqlite(settings().database_path) if _url is None else postgresql(_url)}

# The web part. No session, cookie or template is used, so nothing of Django stands between a request and its handler
# but what voyant.api.middleware does for every ASGI application alike.
ROOT_URLCONF = "voyant.api.urls"
MIDDLEWARE = ["voyant.api.errors.in_our_form"]
ALLOWED_HOSTS = ["*"]  # checked before Django, with what is mounted beside it
APPEND_SLASH = False
# Bodies are limited before Django too. What is larger than a piece of memory waits on the disk of the home, where an
# upload becomes a file by being renamed.
DATA_UPLOAD_MAX_MEMORY_SIZE = settings().max_body_bytes
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024**2
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = settings().uploads_path
