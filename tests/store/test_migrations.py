"""Our database's schema is what our models say, and old homes are brought up to it."""

from __future__ import annotations

import io

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from voyant.store.database import LATEST_MIGRATION


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "store", check=True, dry_run=True, stdout=io.StringIO())


def test_the_latest_migration_is_the_one_that_opening_looks_for() -> None:
    (leaf,) = MigrationLoader(connection).graph.leaf_nodes("store")

    assert leaf == ("store", LATEST_MIGRATION)
