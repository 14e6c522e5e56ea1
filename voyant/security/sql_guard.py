"""The first of two guards over callers' SQL: the statement itself, read by a parser that is not the engine's.

The second is the engine, which reads the statement once more and is locked; see ``voyant.lake.confined``. Each refuses
alone, so that what one misreads the other stops.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from functools import cache
from typing import Any, ClassVar

from msgspec import Struct

from voyant.domain.answer import ROWS_SCHEMA
from voyant.errors import Code, NotFound, QueryRejected
from voyant.security.sql_functions import FUNCTIONS, TABLE_FUNCTIONS, is_allowed

SHOWN = 500
"""Characters of a statement that an error repeats."""
PIVOT_REMEDY = (
    "Name the values that become columns: PIVOT t ON region IN ('north', 'south') USING sum(amount). "
    "SELECT DISTINCT region FROM t lists them."
)


class Known(Struct, frozen=True, kw_only=True):
    """What a statement may read, or does.

    Attributes:
        tables: By their plain names.
        rows: That a job has made, by what follows ``job.``; None where there is no job.
    """

    tables: Collection[str]
    rows: Collection[str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All of them as statements write them."""
        return (*self.tables, *map(of_job, self.rows or ()))


def referenced_tables(sql: str, known: Known) -> Known:
    """Of what is known, that which a single reading statement reads, in the order of the statement.

    Raises:
        QueryRejected: It is not one, or reaches for anything but the known tables.
        NotFound: It names a table that is not known.
    """
    tree = _parse(sql)
    _check_reading(tree, sql)
    _check_functions(tree, sql)
    return _check_tables(tree, known, sql)


def of_job(name: str) -> str:
    """How a statement names rows that a job has made."""
    return f"{ROWS_SCHEMA}.{name}"


def nearest(name: str, names: Collection[str]) -> list[str]:
    """The names most like one that is not among them, the likest first."""
    by_folded = {candidate.lower(): candidate for candidate in names}
    return [by_folded[found] for found in difflib.get_close_matches(name.lower(), by_folded, n=3, cutoff=0.6)]


def refusal(message: str, sql: str, *, remedy: str | None = None, at: tuple[int, int] | None = None) -> QueryRejected:
    """The error for a statement that is refused, with what was received and the line and column of its cause."""
    where = "" if at is None else f" (line {at[0]}, column {at[1]})"
    position = {} if at is None else {"line": at[0], "column": at[1]}
    return QueryRejected(f"{message}{where}", remedy=remedy, data={"sql": sql[:SHOWN], **position})


@cache
def _dialect() -> Any:
    from sqlglot.dialects.duckdb import DuckDB

    class NamedDuckDB(DuckDB):
        """DuckDB's dialect, which also remembers under which name a function was called."""

        ORIGINAL_NAME_META_KEY = "name"

        class Tokenizer(DuckDB.Tokenizer):
            # Elsewhere ``?::`` is an operator; here it is a parameter and its cast.
            KEYWORDS: ClassVar = {word: kind for word, kind in DuckDB.Tokenizer.KEYWORDS.items() if word != "?::"}

    return NamedDuckDB


def _parse(sql: str) -> Any:
    import sqlglot
    from sqlglot.errors import ParseError, SqlglotError

    try:
        statements = [tree for tree in sqlglot.parse(sql, read=_dialect()) if tree is not None]
    except RecursionError:
        raise refusal("The statement is nested too deeply.", sql, remedy="Split it with WITH.") from None
    except ParseError as error:
        found = error.errors[0] if error.errors else {}
        at = (found["line"], found["col"]) if found.get("line") and found.get("col") else None
        said = str(found.get("description") or "it is not SQL").rstrip(".")
        raise refusal(f"The statement cannot be parsed: {said[:200]}", sql, at=at) from None
    except SqlglotError as error:
        raise refusal(f"The statement cannot be parsed: {str(error).splitlines()[0][:200]}", sql) from None
    if len(statements) != 1:
        raise refusal(f"Send one statement; these are {len(statements)}.", sql)
    return statements[0]


def _check_reading(tree: Any, sql: str) -> None:
    from sqlglot import exp

    if not isinstance(tree, exp.Query | exp.Values | exp.Describe | exp.Summarize | exp.Pivot):
        said = tree.name if isinstance(tree, exp.Command) else tree.key
        raise refusal(f"Only SELECT is allowed; this is {str(said).upper()[:40]}.", sql)
    if isinstance(tree, exp.Describe | exp.Summarize) and not isinstance(tree.this, exp.Table | exp.Query):
        raise refusal("Only tables and SELECT are described.", sql)
    for node in tree.find_all(exp.Into, exp.DML, exp.DDL, exp.Command, exp.Lock, exp.Show, exp.SessionParameter):
        if not isinstance(node, exp.Query):
            raise refusal(f"Only reading is allowed; the statement has {node.key.upper()}.", sql)
    for pivot in tree.find_all(exp.Pivot):
        if _is_open(pivot):
            raise refusal("PIVOT takes its columns from the data here.", sql, remedy=PIVOT_REMEDY)


def _is_open(pivot: Any) -> bool:
    """Whether the pivot's columns hang on the data: the engine makes several statements of such a one."""
    from sqlglot import exp

    if pivot.args.get("unpivot"):
        return False
    named = pivot.args.get("fields") or pivot.expressions
    return not all(isinstance(field, exp.In) and field.expressions for field in named)


def _check_functions(tree: Any, sql: str) -> None:
    from sqlglot import exp

    for node in tree.find_all(exp.Func):
        name = _called(node)
        if name is not None and not is_allowed(name):
            raise _refused_function(name, node, sql)


def _called(node: Any) -> str | None:
    """The name that a function was called by; None for syntax that the parser holds as one, such as CASE."""
    from sqlglot import exp

    if isinstance(node, exp.Anonymous):
        return str(node.name)
    name = node.meta.get("name")
    return None if name is None else str(name)


def _refused_function(name: str, node: Any, sql: str) -> QueryRejected:
    near = nearest(name, FUNCTIONS)
    remedy = f"Perhaps {' or '.join(near)}; otherwise leave it out." if near else "Leave it out."
    return refusal(f"The function {name!r} is not allowed.", sql, remedy=remedy, at=_position(node))


def _check_tables(tree: Any, known: Known, sql: str) -> Known:
    from sqlglot import exp

    tables = {name.lower(): name for name in known.tables}
    rows = {name.lower(): name for name in known.rows or ()}
    read: dict[str, None] = {}
    read_of_job: dict[str, None] = {}
    for node in tree.find_all(exp.Table, exp.Lateral):
        if isinstance(node.this, exp.Func):
            _check_table_function(node.this, sql)
        if isinstance(node, exp.Lateral) or isinstance(node.this, exp.Func):
            continue
        name = node.name.lower()
        if _is_of_job(node):
            if known.rows is None:
                raise _no_job_given(node, sql)
            if name not in rows:
                raise unknown_table(of_job(node.name), known.names, sql, at=_position(node.this))
            read_of_job[rows[name]] = None
            continue
        _check_plain(node, sql)
        if name in _visible_ctes(node):
            continue
        if name not in tables:
            raise unknown_table(node.name, known.names, sql, at=_position(node.this))
        read[tables[name]] = None
    return Known(tables=tuple(read), rows=tuple(read_of_job))


def _check_table_function(node: Any, sql: str) -> None:
    name = _called(node) or node.key
    if name.lower() not in TABLE_FUNCTIONS:
        raise _refused_function(name, node, sql)


def _is_of_job(node: Any) -> bool:
    """Whether it is ``job.<name>`` and nothing more, such as a catalogue before it."""
    from sqlglot import exp

    schema = node.args.get("db")
    if not isinstance(schema, exp.Identifier) or not isinstance(node.this, exp.Identifier):
        return False
    return schema.name.lower() == ROWS_SCHEMA and not any(
        node.args.get(part) for part in ("catalog", "version", "when")
    )


def _no_job_given(node: Any, sql: str) -> QueryRejected:
    refused = refusal(
        f"{of_job(node.name[:100])} is read from the artifacts of a job, and none is given.",
        sql,
        remedy="Give the job that the statement comes from: job_id, in the shell --job, in Python job.",
        at=_position(node.this),
    )
    return QueryRejected(refused.message, code=Code.MISSING_PARAMETER, remedy=refused.remedy, data=refused.data)


def _check_plain(node: Any, sql: str) -> None:
    from sqlglot import exp

    at = _position(node.this)
    if node.args.get("catalog") or node.args.get("db"):
        raise refusal(f"Name tables without catalogue or schema; this is {node.sql()[:100]!r}.", sql, at=at)
    if not isinstance(node.this, exp.Identifier):
        raise refusal(f"A table is read by its name; this is {node.sql()[:100]!r}.", sql, at=at)
    if node.args.get("version") or node.args.get("when"):
        raise refusal("Tables are read as they are now, without AT.", sql, at=at)


def unknown_table(name: str, known: Collection[str], sql: str, *, at: tuple[int, int] | None = None) -> NotFound:
    """The error for a table that the caller does not have."""
    near = nearest(name, known)
    where = "" if at is None else f" (line {at[0]}, column {at[1]})"
    remedy = f"Perhaps {' or '.join(near)}." if near else None
    return NotFound(
        f"There is no table {name[:100]!r}{where}.",
        code=Code.NO_TABLE,
        remedy=remedy,
        data={"tables": sorted(known)[:50], "sql": sql[:SHOWN]},
    )


def _visible_ctes(node: Any) -> set[str]:
    """The names of the common table expressions that a table's name at this place may mean."""
    visible: set[str] = set()
    inner = node
    while (outer := inner.parent) is not None:
        visible.update(cte.alias.lower() for cte in _ctes_seen(inner, outer))
        inner = outer
    return visible


def _ctes_seen(inner: Any, outer: Any) -> list[Any]:
    """Those of one WITH: inside of it an expression sees the ones before, and itself only where it is recursive."""
    from sqlglot import exp

    if isinstance(outer, exp.With):
        place = next(number for number, cte in enumerate(outer.expressions) if cte is inner)
        return list(outer.expressions[: place + 1 if outer.args.get("recursive") else place])
    with_ = outer.args.get("with_")
    return [] if with_ is None or with_ is inner else list(with_.expressions)


def _position(node: Any) -> tuple[int, int] | None:
    """Line and column where the node begins, both from 1."""
    line, end, start, stop = (node.meta.get(key) for key in ("line", "col", "start", "end"))
    return None if line is None else (line, max(1, end - (stop - start)))
