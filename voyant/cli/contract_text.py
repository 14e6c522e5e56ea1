"""Contracts as people read them in a terminal."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from voyant.cli.session import console
from voyant.domain.contract import ClauseResult, ContractCheck, Coverage, Outcome, figure_text
from voyant.domain.page import Page
from voyant.services.contracts import ContractSummary

MOST_ELEMENTS = 10
_STYLES = {Outcome.KEPT: "green", Outcome.WARNED: "yellow", Outcome.QUARANTINED: "yellow", Outcome.VIOLATED: "red"}


def print_check(check: ContractCheck) -> None:
    """Whether the contract was kept, and of each broken clause the first rows that break it."""
    out = console()
    results = [result for table in check.tables for result in table.clauses]
    out.print(Text(f"{check.contract} {check.version}: {check.outcome}", style=f"bold {_STYLES[check.outcome]}"))
    out.print(f"{sum(result.passed for result in results):,} of {len(results):,} clauses are kept.", markup=False)
    for table in check.tables:
        for result in table.broken:
            _print_broken(result)
        if table.undeclared:
            names = ", ".join(f"{table.table}.{column}" for column in table.undeclared[:20])
            more = f" and {len(table.undeclared) - 20:,} more" if len(table.undeclared) > 20 else ""
            out.print(f"Not in the contract: {names}{more}", style="dim", markup=False)
    _print_not_enforceable(check.coverage)
    for note in check.notes:
        out.print(note, style="dim", markup=False)


def _print_not_enforceable(coverage: Coverage) -> None:
    """Promises that look kept because nobody checks them."""
    out, elements = console(), coverage.not_enforceable
    for element in elements[:MOST_ELEMENTS]:
        out.print(Text(f"? {element.path} is not enforced: {element.reason}.", style="yellow"))
    if len(elements) > MOST_ELEMENTS:
        out.print(f"{len(elements) - MOST_ELEMENTS:,} more are not: voyant contract show --coverage", markup=False)


def _print_broken(result: ClauseResult) -> None:
    out = console()
    sign, style = ("✗", "red") if result.stops else ("!", "yellow")
    counted = f"  {result.failed:,} of {result.checked:,} rows fail" if result.failed else ""
    out.print(Text(f"{sign} {result.text}{counted}", style=style))
    out.print(f"    {result.clause}", style="dim", markup=False)
    if result.reason:
        out.print(f"    {result.reason}", markup=False)
    elif result.measured is not None and not result.violations:
        out.print(f"    it is {figure_text(result.measured)}, must be {result.expected}", markup=False)
    for violation in result.violations:
        values = ", ".join(f"{name} = {'missing' if cell is None else cell}" for name, cell in violation.values.items())
        out.print(f"    row {violation.row:,}: {values}", markup=False)


def print_contracts(page: Page[ContractSummary]) -> None:
    """A line for each version."""
    table = Table(box=None, pad_edge=False)
    for title in ("id", "version", "status", "on violation", "for"):
        table.add_column(title, no_wrap=title == "id")
    for contract in page.items:
        meant = contract.source or ", ".join(contract.tables)
        table.add_row(escape(contract.id), contract.version, contract.status, contract.action, escape(meant))
    out = console()
    out.print(table if page.items else "None yet.")
    if page.next_cursor:
        out.print(f"More: --cursor {page.next_cursor}", style="dim", markup=False)
