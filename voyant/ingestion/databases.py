"""Sources in a database: a table, a query, or every table of it, read in batches and never whole in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from voyant.domain.source import Source, table_name
from voyant.errors import Code, InvalidInput, NotFound, QueryRejected
from voyant.ingestion.arriving import DatabaseSession, Relation, stage_arriving
from voyant.ingestion.database_address import DatabaseAddress
from voyant.ingestion.protocol import Limits, Progress, StagedTable, no_progress
from voyant.ingestion.staging import Workspace
from voyant.lake.engine import Engine

_ADAPTERS = {"postgresql": "voyant.ingestion.postgresql", "mysql": "voyant.ingestion.mysql"}
_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "sqlite": "sqlite"}
# A whole database is rarely what is meant, and copying one is a load on others: beyond this, tables must be named.
_MAX_UNNAMED_TABLES = 20


def stage_database(
    source: Source, engine: Engine, *, limits: Limits | None = None, progress: Progress = no_progress
) -> tuple[StagedTable, ...]:
    """The table or query of a database that the source names, or all its tables, staged in their exact types.

    Everything is read in one read-only transaction, so tables agree with each other.

    Raises:
        InvalidInput: The address is none, its driver is not installed, or there are too many tables to take all.
        NotFound: The database, or the table named, is not there.
        QueryRejected: The query is not one SELECT that only reads, or the database refuses it.
        Unavailable: The database does not answer, or not in time.
        NotPermitted: It refuses the credentials, or is at no public address where ``limits`` ask for one.
    """
    address = DatabaseAddress.parse(source.location)
    workspace = Workspace(engine=engine, scratch=Path(), limits=limits or Limits(), progress=progress)
    query = _checked(source.query, address) if source.query else None
    table = source.table or address.table
    if query and table:
        raise InvalidInput("Give a table or a query, not both.", remedy="Name the table in the query.")
    if address.system == "sqlite":
        return _stage_sqlite(address, workspace, table, query)
    if not workspace.limits.private_databases:
        address = address.at_public_address()
    with _session(address, workspace.limits) as session:
        if query:
            return (stage_arriving(session.read_query(query), _query_name(query, address), workspace),)
        relations = _chosen(session.relations(), table, address)
        names = _names(relations)
        return tuple(
            stage_arriving(session.read_relation(relation), name, workspace)
            for relation, name in zip(relations, names, strict=True)
        )


def _session(address: DatabaseAddress, limits: Limits) -> AbstractContextManager[DatabaseSession]:
    opened: AbstractContextManager[DatabaseSession] = import_module(_ADAPTERS[address.system]).session(address, limits)
    return opened


def _checked(query: str, address: DatabaseAddress) -> str:
    """The query, if it is one SELECT that only reads; the transaction is read-only as well."""
    tree = _parsed(query, address)
    from sqlglot import exp

    for node in tree.find_all(exp.Into, exp.DML, exp.DDL, exp.Command, exp.Lock):
        if not isinstance(node, exp.Query):
            raise QueryRejected(f"Only reading is allowed; the query has {node.key.upper()}.")
    if "/*!" in query or "/*M!" in query:
        raise QueryRejected("Comments that MySQL executes are not allowed in a query.")
    return query.strip().rstrip(";").rstrip()


def _parsed(query: str, address: DatabaseAddress) -> Any:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = [tree for tree in sqlglot.parse(query, read=_DIALECTS[address.system]) if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise QueryRejected(f"The query cannot be parsed: {str(error).splitlines()[0][:300]}") from None
    if len(statements) != 1:
        raise QueryRejected(f"Send one SELECT; these are {len(statements)} statements.")
    if not isinstance(statements[0], exp.Query):
        raise QueryRejected(f"Only a SELECT is allowed; this is {statements[0].key.upper()}.")
    return statements[0]


def _query_name(query: str, address: DatabaseAddress) -> str:
    """The name of the one table that the query reads, else of the database."""
    from sqlglot import exp

    tree = _parsed(query, address)
    defined = {cte.alias for cte in tree.find_all(exp.CTE)}
    read = {found.name for found in tree.find_all(exp.Table) if found.name and found.name not in defined}
    return table_name(read.pop() if len(read) == 1 else Path(address.database).name or address.system)


def _chosen(relations: Sequence[Relation], table: str | None, address: DatabaseAddress) -> Sequence[Relation]:
    tables = [relation for relation in relations if relation.is_table]
    if table is not None:
        return [_named(relations, table, address)]
    if not tables:
        raise InvalidInput(f"{address.shown} has no table that this user may read.", code=Code.NOT_ENOUGH_DATA)
    if len(tables) > _MAX_UNNAMED_TABLES:
        raise InvalidInput(
            f"{address.shown} has {len(tables)} tables, too many to take all: {_listed(tables)}.",
            code=Code.MISSING_PARAMETER,
            remedy="Name the one that is meant with --table, or give a query.",
            data={"tables": [_full_name(relation) for relation in tables]},
        )
    return tables


def _named(relations: Sequence[Relation], table: str, address: DatabaseAddress) -> Relation:
    fitting = [relation for relation in relations if table in {relation.name, _full_name(relation)}]
    if not fitting:
        fitting = [relation for relation in relations if table_name(relation.name) == table]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise InvalidInput(
            f"{table!r} may be any of: {_listed(fitting)}.",
            code=Code.MISSING_PARAMETER,
            remedy="Name it with its schema.",
        )
    raise NotFound(
        f"{address.shown} has no table {table!r} that this user may read; it has: {_listed(relations)}.",
        code=Code.NO_TABLE,
        data={"tables": [_full_name(relation) for relation in relations]},
    )


def _full_name(relation: Relation) -> str:
    return f"{relation.schema}.{relation.name}"


def _listed(relations: Sequence[Relation], most: int = 50) -> str:
    names = ", ".join(_full_name(relation) for relation in relations[:most])
    return f"{names} and {len(relations) - most} more" if len(relations) > most else names or "none"


def _names(relations: Sequence[Relation]) -> list[str]:
    """A name for each: its own, after its schema where there are several, with a number where it repeats."""
    one_schema = len({relation.schema for relation in relations}) == 1
    seen: Counter[str] = Counter()
    names = []
    for relation in relations:
        name = table_name(relation.name if one_schema else f"{relation.schema}_{relation.name}")
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def _stage_sqlite(
    address: DatabaseAddress, workspace: Workspace, table: str | None, query: str | None
) -> tuple[StagedTable, ...]:
    from voyant.ingestion.embedded import sqlite_relations, stage_sqlite

    path = Path(address.database)
    if not path.is_file():
        raise NotFound(
            f"There is no file {address.database!r}.", remedy="Write sqlite:///RELATIVE or sqlite:////ABSOLUTE."
        )
    if query:
        return tuple(stage_sqlite(path, _query_name(query, address), workspace, query=query))
    found = [
        Relation(schema="main", name=name, is_table=is_table) for name, is_table in sqlite_relations(path, workspace)
    ]
    chosen = _chosen(found, table, address)
    staged = stage_sqlite(path, path.stem, workspace, tables=[relation.name for relation in chosen])
    return tuple(replace(each, name=name) for each, name in zip(staged, _names(chosen), strict=True))
