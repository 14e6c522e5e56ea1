"""A source that is delivered again and again, each time a little or much changed."""

from __future__ import annotations

from pathlib import Path

COUNTRIES = ("NL", "FR", "DE")


def deliver(path: Path, *, factor: int = 1, rows: int = 240, countries: tuple[str, ...] = COUNTRIES) -> Path:
    """Writes the file: one row a day, whose amounts are so many times as large."""
    lines = (
        f"2024-{1 + n // 28 % 12:02}-{1 + n % 28:02},{countries[n % len(countries)]},{factor * (n * 7 % 100 + 1)}.50\n"
        for n in range(rows)
    )
    path.write_text("day,country,amount\n" + "".join(lines))
    return path
