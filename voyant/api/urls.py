"""Where everything is."""

from __future__ import annotations

from django.urls import path

from voyant.api import documentation, errors
from voyant.api.app import api

urlpatterns = [
    path("openapi.json", documentation.openapi),
    path("docs", documentation.page),
    path("docs/<str:name>", documentation.file),
    path("", api.urls),
]
handler400 = errors.not_understood
handler404 = errors.no_route
handler500 = errors.internal_error
