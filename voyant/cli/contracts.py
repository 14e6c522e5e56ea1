"""``voyant contract``: what is promised of data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from voyant.cli.errors import DONE, GATE_FAILED
from voyant.cli.progress import shown_progress
from voyant.cli.session import console, open_session, write_json
from voyant.errors import Code, InvalidInput

if TYPE_CHECKING:
    from voyant.domain.caller import Caller
    from voyant.domain.contract import Contract

app = typer.Typer(help="Draft, check, compare and keep data contracts (ODCS).", no_args_is_help=True)

SOURCE = typer.Argument(..., metavar="SOURCE", help="Whatever can be analysed: a path, a URL, a source id, a table.")
CONTRACT = typer.Argument(..., metavar="FILE|ID[@VERSION]", help="A file, or a contract that is kept.")
FILE = typer.Argument(..., metavar="FILE", help="A contract as YAML or JSON; - for standard input.")
REFERENCE = typer.Argument(..., metavar="ID@VERSION", help="A version of a contract.")
OLD = typer.Argument(..., metavar="OLD", help="A file, or ID[@VERSION].")
NEW = typer.Argument(..., metavar="NEW", help="A file, or ID[@VERSION].")
TABLE = typer.Option(
    None, "--table", help="Of a source with several tables: the one that is meant.", show_default=False
)
OUT = typer.Option(None, "--out", metavar="FILE", help="Write there instead of standard output.", show_default=False)
FOR_SOURCE = typer.Option(
    None, "--source", metavar="ID", help="Bind it to this source, whatever its table is called.", show_default=False
)
IN_FORCE = typer.Option(False, "--activate", help="Put it in force at once.")
COVERAGE = typer.Option(False, "--coverage", help="Tell of each element what enforces it, or why nothing does.")
JSON = typer.Option(False, "--json", help="Print as JSON.")
LIMIT = typer.Option(20, "--limit", min=1, max=500, help="Contracts on a page.")
CURSOR = typer.Option(None, "--cursor", help="Where the page before said that the next one begins.", show_default=False)


def named_contract(caller: Caller, given: str | None) -> Contract | None:
    """The contract that ``--contract`` means."""
    if given is None:
        return None
    from voyant.services.contracts import contract_from

    return contract_from(caller, given)


@app.command()
def infer(source: str = SOURCE, table: str | None = TABLE, out: Path | None = OUT, as_json: bool = JSON) -> None:
    """Draft a contract that the data keep, from a profile of all rows."""
    caller = open_session()
    from voyant.governance.contracts import yaml_of
    from voyant.services.contract_checks import infer as draft
    from voyant.services.sources import source_from

    found = source_from(caller, source, table=table)
    with shown_progress() as progress:
        contract = draft(caller, found, on_progress=progress)
    if as_json:
        write_json(contract.document)
    elif out is None:
        sys.stdout.write(yaml_of(contract))
    else:
        out.write_text(yaml_of(contract), encoding="utf-8")
        console().print(f"The draft is in {out}. Tighten it, then: voyant contract check {out} {source}", markup=False)


@app.command()
def check(contract: str = CONTRACT, source: str = SOURCE, table: str | None = TABLE, as_json: bool = JSON) -> int:
    """Hold a source against a contract without taking it in. Exit code 3 when the data break it."""
    caller = open_session()
    from voyant.domain.contract import Outcome
    from voyant.services.contract_checks import check as hold
    from voyant.services.contracts import contract_from
    from voyant.services.sources import source_from

    promised = contract_from(caller, contract)
    found = source_from(caller, source, table=table)
    with shown_progress() as progress:
        checked = hold(caller, promised, found, on_progress=progress)
    if as_json:
        write_json(checked)
    else:
        from voyant.cli.contract_text import print_check

        print_check(checked)
    return GATE_FAILED if checked.outcome is Outcome.VIOLATED else DONE


@app.command()
def diff(old: str = OLD, new: str = NEW, as_json: bool = JSON) -> None:
    """Compare two contracts: what readers may still rely on, and the version that the changes ask for."""
    caller = open_session()
    from voyant.governance.contracts import text_of
    from voyant.services.contracts import compare

    found = compare(caller, old, new)
    write_json(found) if as_json else console().print(text_of(found), markup=False)


@app.command()
def add(file: str = FILE, source: str | None = FOR_SOURCE, in_force: bool = IN_FORCE, as_json: bool = JSON) -> None:
    """Keep a version of a contract as a draft, which is in force once it is activated."""
    caller = open_session()
    from voyant.services import contracts

    kept = contracts.create(caller, _text_of(file), source_id=source)
    if in_force:
        kept = contracts.activate(caller, kept.id, kept.version)
    if as_json:
        write_json(kept)
        return
    more = "" if in_force else f" Put it in force with: voyant contract activate {kept.id}@{kept.version}"
    console().print(f"{kept.id} {kept.version} is kept as {kept.status}.{more}", markup=False)


@app.command(name="list")
def list_(limit: int = LIMIT, cursor: str | None = CURSOR, as_json: bool = JSON) -> None:
    """List contracts, a line for each version, those kept last first."""
    caller = open_session()
    from voyant.services.contracts import list_contracts

    page = list_contracts(caller, limit=limit, cursor=cursor)
    if as_json:
        write_json(page)
        return
    from voyant.cli.contract_text import print_contracts

    print_contracts(page)


@app.command()
def show(contract: str = CONTRACT, coverage: bool = COVERAGE, as_json: bool = JSON) -> None:
    """Show a contract as YAML: of one that is kept the version in force, or else the latest."""
    caller = open_session()
    from voyant.governance.contracts import yaml_of
    from voyant.services.contracts import contract_from, coverage_of

    found = contract_from(caller, contract)
    if coverage:
        covered = coverage_of(found)
        write_json(covered) if as_json else console().print(str(covered), markup=False, soft_wrap=True)
    elif as_json:
        write_json(found.document)
    else:
        sys.stdout.write(yaml_of(found))


@app.command()
def activate(contract: str = REFERENCE, as_json: bool = JSON) -> None:
    """Put a version in force; the one before it is deprecated."""
    caller = open_session()
    from voyant.services.contracts import activate as put_in_force

    changed = put_in_force(caller, *_reference(contract))
    if as_json:
        write_json(changed)
        return
    tables = ", ".join(changed.tables)
    console().print(f"{changed.id} {changed.version} is in force for: {changed.source or tables}", markup=False)


@app.command()
def deprecate(contract: str = REFERENCE, as_json: bool = JSON) -> None:
    """Put a version out of force, for good."""
    caller = open_session()
    from voyant.services.contracts import deprecate as put_out_of_force

    changed = put_out_of_force(caller, *_reference(contract))
    if as_json:
        write_json(changed)
        return
    console().print(f"{changed.id} {changed.version} is deprecated.", markup=False)


@app.command()
def remove(contract: str = REFERENCE, as_json: bool = JSON) -> None:
    """Remove a draft."""
    caller = open_session()
    from voyant.services.contracts import remove as remove_draft

    removed = remove_draft(caller, *_reference(contract))
    if as_json:
        write_json(removed)
        return
    console().print(f"{removed.id} {removed.version} is removed.", markup=False)


def _reference(text: str) -> tuple[str, str]:
    contract_id, _, version = text.rpartition("@")
    if not contract_id or not version:
        raise InvalidInput(
            f"{text!r} names no version.",
            code=Code.MISSING_PARAMETER,
            remedy="Write ID@VERSION, such as orders@1.0.0; voyant contract list shows them.",
        )
    return contract_id, version


def _text_of(file: str) -> bytes:
    from voyant.errors import NotFound
    from voyant.governance.contracts.yaml_text import LARGEST_BYTES

    if file == "-":
        return sys.stdin.buffer.read(LARGEST_BYTES + 1)
    path = Path(file)
    if not path.is_file():
        raise NotFound(f"There is no file {file!r}.", code=Code.NO_CONTRACT, remedy="Give the path of a contract.")
    with path.open("rb") as opened:
        return opened.read(LARGEST_BYTES + 1)
