"""Compares the importance of columns with scikit-learn's, on the exported model and the same rows."""

import csv
import importlib.util
import json
import subprocess

import numpy

# Permutations that scikit-learn makes of each column.
REPEATS = 200
# Largest difference of two means, in standard errors of the difference.
ERRORS = 4


def compare(program, folder, datasets):
    from sklearn.base import BaseEstimator
    from sklearn.inspection import permutation_importance

    for name in ["iris", "wine", "sine"]:
        table, model, split = datasets / f"{name}.csv", folder / f"important-{name}.py", folder / f"{name}-split.csv"
        train = [program, table, "--json", "--epochs", "30", "--importance", "--export", model, "--save-split", split]
        said = subprocess.run(train, check=True, capture_output=True, text=True).stdout
        finished = json.loads(said.splitlines()[-1])
        found = finished["importance"]
        spec = importlib.util.spec_from_file_location("model", model)
        code = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(code)
        with open(table, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        with open(split, newline="", encoding="utf-8") as file:
            wanted = [int(row["row"]) - 2 for row in csv.DictReader(file) if row["set"] == "validation"]
        names = [column["column"] for column in found["columns"]]
        target = next(column for column in rows[0] if column not in names)
        values = numpy.array([[float(rows[i][column]) for column in names] for i in wanted])
        is_number = name == "sine"
        truth = numpy.array([float(rows[i][target]) if is_number else rows[i][target] for i in wanted])

        class Exported(BaseEstimator):
            def fit(self, values, truth):
                return self

            def predict(self, values):
                answers = {}
                keys = [tuple(row) for row in values]
                for key in keys:
                    if key not in answers:
                        answers[key] = code.predict(dict(zip(names, map(repr, map(float, key)))))
                return numpy.array([answers[key] for key in keys])

        scoring = "r2" if is_number else "accuracy"
        other = permutation_importance(
            Exported(), values, truth, scoring=scoring, n_repeats=REPEATS, random_state=0
        )
        score = finished["validation"]["r2" if is_number else "accuracy"]
        assert abs(found["score"] - score) < 1e-9 and found["rows"] == len(wanted)
        for i, column in enumerate(found["columns"]):
            spread = max(column["std"], other.importances_std[i], 1e-9)
            error = spread * (1 / found["repeats"] + 1 / REPEATS) ** 0.5
            difference = abs(column["mean"] - other.importances_mean[i])
            assert difference <= ERRORS * error + 1e-9, (name, column, other.importances_mean[i])
        print(f"{name:>22}  importance of {len(names)} columns as in scikit-learn")
