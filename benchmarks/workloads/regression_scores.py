"""What Voyant and scikit-learn's plain models explain of the same rows, learned from the same others.

    regression_scores.py MILLION

prints one line of JSON: by table ``voyant``, ``plain boosting`` and ``plain linear``, the shares that they explain, and
``chosen``, which model Voyant uses. The tables are three that scikit-learn carries, and the one at the path given.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from voyant.analysis.regression.rows import MOST_ROWS
from voyant.domain.caller import LOCAL_CALLER
from voyant.services.home import open_home


def main() -> None:
    open_home()
    with tempfile.TemporaryDirectory() as folder:
        tables = {name: (_written(name, Path(folder)), "target") for name in ("diabetes", "breast_cancer", "wine")}
        tables["a million orders"] = (Path(sys.argv[1]), "hours")
        print(
            json.dumps({name: _compared(path, target, Path(folder) / name) for name, (path, target) in tables.items()})
        )


def _written(name: str, folder: Path) -> Path:
    """A data set of scikit-learn as CSV."""
    from sklearn import datasets

    data = getattr(datasets, f"load_{name}")()
    path = folder / f"{name}.csv"
    names = [each.replace("/", " ").replace(" ", "_") for each in data.feature_names]
    rows = np.column_stack([data.data, data.target])
    np.savetxt(path, rows, delimiter=",", header=",".join([*names, "target"]), comments="", fmt="%.10g")
    return path


def _compared(path: Path, target: str, out: Path) -> dict[str, Any]:
    from voyant.services.analysis import analyze
    from voyant.services.artifacts import export_artifacts
    from voyant.services.sources import source_from

    asked = {"regression": {"target": target}}
    job = analyze(LOCAL_CALLER, source_from(LOCAL_CALLER, str(path)), kind="regression", requests=asked)
    export_artifacts(LOCAL_CALLER, job, out)
    result = json.loads((out / "regression.json").read_text())
    [own] = [
        score["value"]
        for score in result["scores"]
        if (score["model"], score["measure"]) == (result["chosen"], "explained")
    ]
    plain = _plain(path, target, result, pq.read_table(out / "regression.parquet").to_pydict())
    return {"voyant": own, "chosen": result["chosen"], **plain}


def _plain(path: Path, target: str, result: dict[str, Any], judged: dict[str, list[Any]]) -> dict[str, float]:
    """The plain models on the same folds and columns, numbers as they are, categories one-hot or as codes."""
    import duckdb

    names = [feature["name"] for feature in result["features"] if feature["kind"] in {"number", "category"}]
    columns = ", ".join(f'"{name}"' for name in [*names, target])
    read = duckdb.connect().execute(f"SELECT {columns} FROM '{path}'").fetchnumpy()
    rows = _sampled(result)
    # Rows that no fold judges, the first of a rolling split, are learned from by all folds.
    folds = np.zeros(len(rows), dtype=int)
    folds[np.searchsorted(rows, np.asarray(judged["row"]) - 1)] = judged["fold"]
    kinds = {feature["name"]: feature["kind"] for feature in result["features"]}
    x = [_column(read[name][rows], kinds[name] == "category") for name in names]
    y = read[target][rows]
    ordered = result["validation"]["split"] == "rolling"
    lost = dict.fromkeys(("plain boosting", "plain linear"), 0.0)
    naive = 0.0
    for fold in np.unique(folds):
        if fold == 0:
            continue
        learned, held = (folds < fold if ordered else folds != fold), folds == fold
        for name, loss in _losses(x, y, learned, held, result["task"] == "classes").items():
            if name == "naive":
                naive += loss
            else:
                lost[name] += loss
    return {name: 1 - each / naive for name, each in lost.items()}


def _sampled(result: dict[str, Any]) -> Any:
    """The rows that Voyant took, from 0: all, or those whose numbers have the lowest hashes."""
    import duckdb

    rows = result["rows_with_target"]
    if rows == result["rows_used"]:
        return np.arange(rows)
    chosen = f"SELECT r FROM range(1, {rows + 1}) AS all_rows(r) WHERE hash(r) % {rows} < {MOST_ROWS} ORDER BY r"
    return duckdb.connect().execute(chosen).fetchnumpy()["r"] - 1


def _column(values: Any, is_category: bool) -> tuple[Any, bool]:
    if is_category:
        return np.unique(np.asarray(values).astype(str), return_inverse=True)[1].astype(float), True
    filled: Any = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    return np.where(np.isfinite(filled), filled, np.nan), False


def _losses(x: list[tuple[Any, bool]], y: Any, learned: Any, held: Any, is_class: bool) -> dict[str, float]:
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    matrix = np.column_stack([values for values, _ in x])
    codes = [place for place, (_, is_category) in enumerate(x) if is_category]
    numbers = [place for place in range(len(x)) if place not in codes]
    few = [place for place in codes if len(np.unique(matrix[:, place])) <= 255]
    trees = (HistGradientBoostingClassifier if is_class else HistGradientBoostingRegressor)(
        categorical_features=few, random_state=0
    )
    prepared = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            ("codes", OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=100), codes),
        ]
    )
    line = make_pipeline(prepared, LogisticRegression(max_iter=1000) if is_class else LinearRegression())
    classes = np.unique(y)
    truth = (y[:, None] == classes).astype(float) if is_class else y[:, None].astype(float)
    losses = {"naive": float(((truth[held] - truth[learned].mean(axis=0)) ** 2).sum())}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, model in {"plain boosting": trees, "plain linear": line}.items():
            model.fit(matrix[learned], y[learned])
            told = model.predict_proba(matrix[held]) if is_class else model.predict(matrix[held])[:, None]
            losses[name] = float(((truth[held] - told) ** 2).sum())
    return losses


if __name__ == "__main__":
    main()
