"""Regression and classification: what is asked for, and what was learned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionRequest:
    """What is to be explained; what is left out is chosen from the roles of the columns.

    Attributes:
        target: The column to predict: a number, or classes.
        features: The columns to predict it from; all that fit where empty.
        exclude: Columns never to use, such as those that are only known after the target.
    """

    target: str | None = None
    features: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
