"""Regression and classification: what is asked for, and what was learned."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class RegressionRequest(Struct, frozen=True, kw_only=True):
    """What is to be explained; what is left out is chosen from the roles of the columns.

    Attributes:
        target: The column to predict: a number, or classes.
        features: The columns to predict it from; all that fit where empty.
        exclude: Columns never to use, such as those that are only known after the target.
        trusted: Columns to keep although they look as if they gave the target away.
    """

    target: str | None = None
    features: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()


class Task(StrEnum):
    """What is predicted."""

    NUMBER = "number"
    CLASSES = "classes"


class FeatureKind(StrEnum):
    """How a column is made into something to learn from."""

    NUMBER = "number"
    CATEGORY = "category"
    TIME = "time"  # elapsed days and the parts of the calendar that vary
    CLOCK = "clock"  # written hhmm, taken as hours
    TEXT = "text"  # its length and its most frequent words


class Split(StrEnum):
    """How rows to judge by are kept apart from rows to learn from."""

    ROLLING = "rolling"  # learned from what was before, judged on what came after
    GROUPED = "grouped"  # all rows of an entity on one side
    CROSS = "cross"


class LeakKind(StrEnum):
    """Why a column is taken to give the target away."""

    COPY = "copy"  # the target itself, in another unit or another name
    ALONE = "alone"  # all but tells the target by itself, in rows that were not learned from
    COMPUTED = "computed"  # with others, the target follows by arithmetic
    MISSING = "missing"  # lacks a value where the target lacks one
    BY_CLASS = "by_class"  # has a value for some classes only, or one value for a class and no other
    LATER = "later"  # says when something ended
    DERIVED = "derived"  # its formula or the target's holds the other


class Feature(Struct, frozen=True, kw_only=True):
    """A column that was learned from.

    Attributes:
        low: The smallest value learned from, of numbers; ``high`` the largest: beyond them nothing is known.
        levels: Of a category: the different values, and ``rare`` those of them with too few rows to rely on.
    """

    name: str
    kind: FeatureKind
    low: float | None = None
    high: float | None = None
    levels: int | None = None
    rare: int | None = None


class LeftOut(Struct, frozen=True, kw_only=True):
    """A column that was not learned from, and why, as the end of a sentence."""

    column: str
    reason: str


class Leak(Struct, frozen=True, kw_only=True):
    """Columns that give the target away, and the evidence.

    Attributes:
        score: The share of the target's variance (of its Brier score for classes) that they alone explain, where that
            is the evidence.
        reason: In a sentence.
    """

    kind: LeakKind
    columns: tuple[str, ...]
    reason: str
    score: float | None = None


class FoldRows(Struct, frozen=True, kw_only=True):
    """One division into rows to learn from and rows to judge by; ``until`` is the last moment learned from."""

    learned: int
    judged: int
    until: str | None = None


class Validation(Struct, frozen=True, kw_only=True):
    """How rows to judge by were kept apart.

    Attributes:
        by: The column that decided: of time, or of the entity.
        rows: Judged by, each once, none of them by a model that had learned from it.
        text: In a sentence.
    """

    split: Split
    by: str | None
    folds: tuple[FoldRows, ...]
    rows: int
    text: str


class Score(Struct, frozen=True, kw_only=True):
    """A measure of a model over the rows that it had not learned from, with its 95 % interval.

    Attributes:
        model: ``baseline`` (mean, or the shares of the classes), ``linear`` or ``boosting``.
        measure: ``explained`` (R² against the mean learned; for classes the share of the Brier score that is saved),
            ``mean_absolute_error``, ``root_mean_squared_error``, ``brier``, ``log_loss``, ``accuracy``, ``auc``.
    """

    model: str
    measure: str
    value: float
    low: float | None = None
    high: float | None = None


class Driver(Struct, frozen=True, kw_only=True):
    """Columns by how much the predictions need them.

    Attributes:
        columns: Several where they go together so closely that none can be told from the others.
        importance: Permutation importance out of sample: by how much ``explained`` falls when these columns are
            shuffled; ``low`` and ``high`` its 95 % interval.
        before: How good predictions are on the rows that importance was measured on: the mean absolute error of
            numbers, the AUC of two classes, the share of right answers among more; ``after`` the same with these
            columns shuffled.
        p_value: Of no importance, one-sided, uncorrected.
    """

    rank: int
    columns: tuple[str, ...]
    importance: float
    low: float
    high: float
    before: float
    after: float
    p_value: float


class EffectPoint(Struct, frozen=True, kw_only=True):
    """The mean prediction at a value, and the lowest and the highest among the models of the folds.

    Attributes:
        value: Of a number; ``label`` of a category.
        rows: Of the sample that hold the value, or lie in the stretch up to it.
    """

    predicted: float
    low: float
    high: float
    rows: int
    value: float | None = None
    label: str | None = None


class Effect(Struct, frozen=True, kw_only=True):
    """How the prediction moves with one column.

    Attributes:
        is_alone: All other columns are left as they are; else they are as they come with it, since it goes together
            with others too closely to be moved alone.
        part: Of the column: ``value``; of a time ``elapsed``, ``month``, ``weekday``, ``hour``; of a text ``length``
            or ``has "word"``.
        direction: ``rises``, ``falls``, ``peaks``, ``dips``, ``varies`` or ``flat``.
        of: The class whose probability is told, for classes.
    """

    column: str
    part: str
    is_alone: bool
    direction: str
    points: tuple[EffectPoint, ...]
    of: str | None = None


class CalibrationBin(Struct, frozen=True, kw_only=True):
    """Rows by predicted probability: the mean of it, and the share in which the class came true."""

    predicted: float
    came_true: float
    rows: int


class Calibration(Struct, frozen=True, kw_only=True):
    """How far probabilities can be taken at their word.

    Attributes:
        of: The class: of two the one that is told, of more the one predicted in each row.
        temperature: By which log-probabilities, less those of the shares of the classes, were divided, learned on other
            rows; 1 where they stand as they were.
        error: The mean distance between predicted and true shares over the bins, weighted by rows; ``by_chance``
            what it would be on average were every probability true.
    """

    of: str
    temperature: float
    error: float
    by_chance: float
    bins: tuple[CalibrationBin, ...]


class Intervals(Struct, frozen=True, kw_only=True):
    """Prediction intervals by conformal prediction, and the share of rows that they held, by rows of other folds."""

    level: float
    coverage: float | None
    width: float
    rows: int


class Bias(Struct, frozen=True, kw_only=True):
    """A group whose predictions are off in one direction.

    Attributes:
        error: Mean of actual less predicted, in the target's unit; for classes of the share of the class told.
            ``elsewhere`` the same of all other rows, which it is held against.
        q_value: After correction over all groups looked at.
    """

    column: str
    value: str
    rows: int
    error: float
    elsewhere: float
    q_value: float


class Residuals(Struct, frozen=True, kw_only=True):
    """What the errors of the model still hold.

    Attributes:
        mean: Of the errors, actual less predicted; ``mean_low`` and ``mean_high`` its 95 % interval.
        biases: Groups that are off by enough to matter, other than all others, the largest first.
        groups: Looked at.
        spread: The typical error where predictions are highest over that where they are lowest; None for classes.
        autocorrelation: Of the mean errors of successive stretches of time; None without time.
        later: Loss in the last fold over that in the first; None without time.
    """

    mean: float
    mean_low: float
    mean_high: float
    biases: tuple[Bias, ...]
    groups: int
    spread: float | None = None
    autocorrelation: float | None = None
    later: float | None = None


class Regression(Struct, frozen=True, kw_only=True):
    """What was learned of a column from the others, judged on rows that were not learned from.

    Attributes:
        target_reason: Why this column.
        classes: The classes told apart, most frequent first; ``positive`` the one whose probability is told.
        rows_with_target: Of the table; ``rows_used`` those learned from or judged by.
        chosen: The model that drivers, effects, intervals and rows are of: the simplest that none clearly beats.
        beats_baseline: Whether it is better than the naive prediction beyond chance; ``p_value`` one-sided, and
            ``p_value_boosting`` that of boosting against the linear model.
        drivers: All columns learned from, in groups, most important first; empty where the model is no better than
            the naive prediction. The first ``needed`` of them the predictions cannot do without.
        limits: What the model may not be used for, in sentences.
        remarks: What was sampled, left out or done without.
    """

    target: str
    task: Task
    unit: str | None
    target_reason: str
    rows: int
    rows_with_target: int
    rows_used: int
    classes: tuple[str, ...] = ()
    positive: str | None = None
    features: tuple[Feature, ...]
    left_out: tuple[LeftOut, ...]
    leaks: tuple[Leak, ...]
    validation: Validation
    chosen: str
    beats_baseline: bool
    p_value: float
    p_value_boosting: float
    scores: tuple[Score, ...]
    drivers: tuple[Driver, ...]
    needed: int
    effects: tuple[Effect, ...]
    calibration: Calibration | None = None
    intervals: Intervals | None = None
    residuals: Residuals
    limits: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """How it was judged, and what limits it."""
        return (self.validation.text, *self.remarks, *self.limits)

    def score(self, model: str, measure: str) -> Score:
        """That measure of that model; KeyError where it was not computed."""
        for score in self.scores:
            if (score.model, score.measure) == (model, measure):
                return score
        raise KeyError((model, measure))
