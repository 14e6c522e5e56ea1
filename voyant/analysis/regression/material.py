"""What is learned from what, and how it is judged: settled before any model learns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.columns import named_column
from voyant.analysis.insights.ranks import Floats
from voyant.analysis.regression.features import Choice, choose
from voyant.analysis.regression.folds import Division, divide, moving_on
from voyant.analysis.regression.leaks import leaks_of
from voyant.analysis.regression.rows import Parts, Rows, load
from voyant.analysis.regression.target import FEWEST_ROWS, Target, outcome_of, target_of, too_few
from voyant.analysis.wording import listed
from voyant.domain.profile import Profile
from voyant.domain.regression import Leak, LeftOut, RegressionRequest, Validation
from voyant.domain.table import Table
from voyant.errors import Code, InvalidInput

_MOVES_ON = "its values move on with time, so that those of rows to come are none that were learned from"


class Material(Struct, frozen=True):
    """All that models are given.

    Attributes:
        rows: Without the columns that give the target away and the parts that move on with time.
        outcome: Of these rows, as columns whose squared errors count.
    """

    target: Target
    choice: Choice
    leaks: tuple[Leak, ...]
    left_out: tuple[LeftOut, ...]
    rows: Rows
    outcome: Floats
    division: Division
    validation: Validation


def prepared(
    table: Table,
    profile: Profile,
    request: RegressionRequest,
    time_column: str | None,
    progress: Callable[[float], None],
) -> Material:
    """The rows and how they are divided.

    Raises:
        InvalidInput: A column is not there; the target cannot be predicted, or has too few rows or one value; no
            column is left to learn from.
    """
    target = target_of(table, profile, request.target)
    choice = choose(table.dataset, profile, request, target, time_column)
    trusted = [named_column(table.dataset, name).name for name in request.trusted]
    _require_features(choice, (), target)
    rows = load(table, target, choice)
    if rows.count < FEWEST_ROWS:
        raise too_few(table.dataset, target.column, rows.count)
    progress(0.5)
    leaks = leaks_of(table, target, choice, rows, trusted)
    _require_features(choice, leaks, target)
    rows = replace(rows, parts=rows.parts.without([name for leak in leaks for name in leak.columns]))
    division, validation = divide(rows, target, choice)
    moving = moving_on(rows, division)
    if kept := rows.parts.without_parts(moving).parts:
        rows = replace(rows, parts=Parts(kept))
    gone = [LeftOut(column=name, reason=_MOVES_ON) for name in moving if name not in rows.parts.columns]
    progress(1.0)
    return Material(
        target=target,
        choice=choice,
        leaks=leaks,
        left_out=(*choice.left_out, *gone),
        rows=rows,
        outcome=outcome_of(target, rows.target),
        division=division,
        validation=validation,
    )


def _require_features(choice: Choice, leaks: Sequence[Leak], target: Target) -> None:
    leaking = {name for leak in leaks for name in leak.columns}
    if any(source.name not in leaking for source in choice.sources):
        return
    name = target.column.name
    if leaking:
        raise InvalidInput(
            f"No column is left to learn {name!r} from: {listed(sorted(leaking))} "
            f"{'gives' if len(leaking) == 1 else 'give'} it away. {leaks[0].reason[:1].upper()}{leaks[0].reason[1:]}.",
            code=Code.NO_MODEL_FITS,
            remedy="Give other columns, or name in `trusted` those that are known before the target.",
            data={"target": name, "leaks": sorted(leaking)},
        )
    raise InvalidInput(
        f"No column is left to learn {name!r} from: none of the others describes the rows.",
        code=Code.NO_MODEL_FITS,
        remedy="Give columns that describe the rows.",
        data={"target": name, "left_out": {each.column: each.reason for each in choice.left_out}},
    )
