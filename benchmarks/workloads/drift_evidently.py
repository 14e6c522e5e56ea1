"""Evidently's drift preset over two Parquet files; prints the columns that drifted. It runs in an environment of its
own, without Voyant."""

import sys

import pandas as pd  # noqa: TID251 - it runs in the other tool's environment
from evidently import Dataset, Report
from evidently.presets import DataDriftPreset


def main() -> None:
    reference, current = (Dataset.from_pandas(pd.read_parquet(path)) for path in sys.argv[1:])
    found = Report([DataDriftPreset()]).run(current, reference).dict()["metrics"]
    scores = {each["config"]["column"]: (each["config"], each["value"]) for each in found if "column" in each["config"]}
    # All columns here are judged by a distance, which counts from the threshold on.
    print(*sorted(name for name, (config, value) in scores.items() if value >= config["threshold"]))


if __name__ == "__main__":
    main()
