#!/usr/bin/env python3
"""nn-tui's defaults against those of scikit-learn's MLPClassifier and MLPRegressor.

    python3 tests/benches/peers/defaults.py [--seeds 5] [--program target/release/nn-tui] [FOLDER]

Splits each table five times, 80 to 20, and gives both programs the same training rows and the same seed. The
20% are used neither for training nor for choosing anything: nn-tui takes the validation rows that it needs for
its best epoch from the training rows, then trains anew on all of them, as scikit-learn does. Neither is told
anything else: nn-tui prepares the inputs by itself, scikit-learn is given them filled, standardised and one-
hot, and a numeric target standardised.

The tables are the built-in ones, scikit-learn's diabetes, and every .csv file in FOLDER: the last column is the
target, a number if it has more than 20 different numbers or the file is called NAME.number.csv, and there is a
header if no cell of the first row is a number. Prints accuracy (R2 where the target is a number) on the test rows
as a Markdown table: mean and standard error over the splits, and those of the differences, split by split. Names
the tables on which nn-tui is below by more than one standard error, and then exits with 1.
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import warnings

from compare import ROOT, environment, python_with_libraries

BUILT_IN = "iris wine breast-cancer digits xor circles moons spiral sine".split()
MISSING = ("", "?", "NA")


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def read(path):
    """The header and the rows of a file; names are made up where there is no header."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    quote = "'" if text.startswith("'") else '"'
    rows = [row for row in csv.reader(text.splitlines(), quotechar=quote) if row]
    if path.parent == ROOT / "datasets" or not any(map(is_number, rows[0])) and any(map(is_number, rows[1])):
        return rows[0], rows[1:]
    return [f"column {i}" for i, _ in enumerate(rows[0], 1)], rows


def tables(folder):
    """Name, header, rows and whether the target is a number, of every table."""
    from sklearn.datasets import load_diabetes

    found = [(name, *read(ROOT / "datasets" / f"{name}.csv")) for name in BUILT_IN]
    diabetes = load_diabetes(scaled=False)
    rows = [[*map(str, row), str(target)] for row, target in zip(diabetes.data, diabetes.target)]
    found.append(("diabetes", [*diabetes.feature_names, "progression"], rows))
    paths = sorted(folder.glob("*.csv")) if folder else []
    found += [(path.stem, *read(path)) for path in paths]
    for name, header, rows in found:
        targets = {row[-1] for row in rows}
        many = len(targets) > 20 and all(map(is_number, targets))
        yield name, header, rows, many or name.endswith(".number")


def write(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def ours(program, header, training, test, seed, is_regression):
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder) / f"{name}.csv" for name in ("training", "test")]
        for path, rows in zip(files, (training, test)):
            write(path, header, rows)
        task = "regression" if is_regression else "classification"
        command = [program, files[0], "--test", files[1], "--task", task, "--seed", str(seed)]
        command += ["--headless", "--json", "--no-recovery"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    started, *_, finished = map(json.loads, output.splitlines())
    assert started["training_rows"] + started["validation_rows"] == len(training), started
    # There is no refit on large tables.
    scores = (finished["refit"] or finished)["test"]
    return scores["r2"] if is_regression else scores["accuracy"]


def theirs(training, test, seed, is_regression):
    import numpy
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    columns = range(len(training[0]) - 1)
    numeric = [i for i in columns if all(is_number(row[i]) for row in training if row[i] not in MISSING)]
    texts = [i for i in columns if i not in numeric]

    def inputs(rows):
        return numpy.array([[value(row[i], i in numeric) for i in columns] for row in rows], dtype=object)

    def value(cell, is_numeric):
        if cell in MISSING:
            return float("nan") if is_numeric else None
        return float(cell) if is_numeric else cell

    def targets(rows):
        return numpy.array([float(row[-1]) if is_regression else row[-1] for row in rows])

    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    categories = make_pipeline(
        SimpleImputer(missing_values=None, strategy="most_frequent"),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    )
    prepare = make_column_transformer((numbers, numeric), (categories, texts))
    x, y, new_x, new_y = inputs(training), targets(training), inputs(test), targets(test)
    if is_regression:
        y, new_y = (y - y.mean()) / y.std(), (new_y - y.mean()) / y.std()
    model = MLPRegressor(random_state=seed) if is_regression else MLPClassifier(random_state=seed)
    with warnings.catch_warnings():
        # Its 200 epochs are not enough for some; that too is its default.
        warnings.simplefilter("ignore")
        model.fit(prepare.fit_transform(x), y)
    return model.score(prepare.transform(new_x), new_y)


def scores(program, header, rows, is_regression, seeds):
    """Of nn-tui and of scikit-learn, for every seed."""
    from sklearn.model_selection import train_test_split

    for seed in range(1, seeds + 1):
        classes = None if is_regression else [row[-1] for row in rows]
        training, test = train_test_split(rows, test_size=0.2, random_state=seed, stratify=classes)
        yield (
            ours(program, header, training, test, seed, is_regression),
            theirs(training, test, seed, is_regression),
        )


def summary(values, is_regression):
    mean, error = statistics.mean(values), statistics.stdev(values) / len(values) ** 0.5
    return f"{mean:.3f} ± {error:.3f}" if is_regression else f"{100 * mean:.1f} ± {100 * error:.1f}%"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--program", type=pathlib.Path)
    parser.add_argument("--here", action="store_true")
    arguments = parser.parse_args()
    if not arguments.here:
        # Again, in the environment that has scikit-learn.
        command = [python_with_libraries(), __file__, *sys.argv[1:], "--here"]
        sys.exit(subprocess.run(command, env=environment(1)).returncode)

    program = arguments.program
    if program is None:
        subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True)
        program = ROOT / "target" / "release" / "nn-tui"
    below, means = [], []
    print("| data | rows | score | nn-tui | scikit-learn | difference |")
    print("|---|---:|---|---:|---:|---:|")
    for name, header, rows, is_regression in tables(arguments.folder):
        compared = scores(program, header, rows, is_regression, arguments.seeds)
        own, others = zip(*compared)
        differences = [a - b for a, b in zip(own, others)]
        cells = [summary(values, is_regression) for values in (own, others, differences)]
        score = "R²" if is_regression else "accuracy"
        print("|", " | ".join([name, str(len(rows)), score, *cells]), "|", flush=True)
        error = statistics.stdev(differences) / len(differences) ** 0.5
        means.append(statistics.mean(differences))
        if means[-1] < -error - 1e-12:
            below.append(name)
    print(f"\nmean difference: {statistics.mean(means):+.4f}")
    if below:
        sys.exit(f"below by more than one standard error: {', '.join(below)}")


if __name__ == "__main__":
    main()
