"""Evidently's default verdicts on pairs of Parquet files, as JSON; runs in its own environment, without Voyant.

For each folder given, with reference.parquet and current.parquet, it prints a line: methods, scores and verdicts of the
columns, and how many of them Evidently itself counts as drifted.
"""

import json
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

import pandas as pd  # noqa: TID251, E402 - it runs in the other tool's environment
from evidently import Dataset, Report  # noqa: E402
from evidently.presets import DataDriftPreset  # noqa: E402


def main() -> None:
    for folder in map(Path, sys.argv[1:]):
        reference, current = (
            Dataset.from_pandas(pd.read_parquet(folder / f"{side}.parquet")) for side in ("reference", "current")
        )
        found = Report([DataDriftPreset()]).run(current, reference).dict()["metrics"]
        columns = {each["config"]["column"]: _verdict(each) for each in found if "column" in each["config"]}
        print(json.dumps({"columns": columns, "drifted": int(found[0]["value"]["count"])}))


def _verdict(metric: dict) -> dict:
    method, threshold, score = metric["config"]["method"], metric["config"]["threshold"], float(metric["value"])
    if method == "K-S p_value":
        drifted = score <= threshold
    elif method.endswith("p_value"):
        drifted = score < threshold
    elif method.startswith("Percentile text"):
        drifted = None  # its threshold is found by the test itself
    else:
        drifted = score >= threshold
    return {"method": method, "score": score, "drifted": drifted}


if __name__ == "__main__":
    main()
