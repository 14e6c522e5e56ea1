"""The app's registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "voyant.store"
    label = "store"
