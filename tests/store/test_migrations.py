"""Our database's schema is what our models say, and old homes are brought up to it."""

from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from voyant.store.database import LATEST_MIGRATION


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "store", check=True, dry_run=True, stdout=io.StringIO())


def test_the_latest_migration_is_the_one_that_opening_looks_for() -> None:
    (leaf,) = MigrationLoader(connection).graph.leaf_nodes("store")

    assert leaf == ("store", LATEST_MIGRATION)


STEPS = (
    *("0001_initial", "0002_durable_jobs", "0003_process_of_job", "0004_query_of_source", "0005_workers"),
    *("0006_contracts", "0007_baselines", "0008_signs_of_life"),
)


def test_a_home_whose_schema_grew_in_steps_is_opened_as_it_is(tmp_path: Path) -> None:
    _open(tmp_path)
    with closing(sqlite3.connect(tmp_path / "voyant.db")) as database, database:
        schema = database.execute("SELECT sql FROM sqlite_master").fetchall()
        database.execute("DELETE FROM django_migrations WHERE app = 'store'")
        database.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('store', ?, '2026-01-01')",
            [(step,) for step in STEPS],
        )
    _open(tmp_path)
    with closing(sqlite3.connect(tmp_path / "voyant.db")) as database:
        assert database.execute("SELECT sql FROM sqlite_master").fetchall() == schema
        names = {name for (name,) in database.execute("SELECT name FROM django_migrations WHERE app = 'store'")}
    assert names == {*STEPS, LATEST_MIGRATION}


def _open(home: Path) -> None:
    environment = os.environ | {"VOYANT_HOME": str(home)}
    environment.pop("VOYANT_DATABASE_URL", None)
    command = [sys.executable, "-c", "from voyant.store.database import open_database; open_database()"]
    subprocess.run(command, check=True, env=environment)
