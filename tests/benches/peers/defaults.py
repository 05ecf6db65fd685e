#!/usr/bin/env python3
"""nn-tui's defaults against those of scikit-learn's MLPClassifier and MLPRegressor.

    python3 tests/benches/peers/defaults.py [--seeds 5] [--program target/release/nn-tui]

Splits each built-in data set five times, 80 to 20 and by classes, and gives both programs the same
rows and the same seed. Neither is told anything else: nn-tui standardises the inputs by itself,
scikit-learn is given them standardised. Prints accuracy (R2 where the target is a number) on the rows
that were not trained on as the README's table: mean and standard error over the splits, and the
same of the differences, split by split. Fails where nn-tui is below by more than one standard error.
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

SETS = "iris wine breast-cancer digits xor circles moons spiral sine".split()


def table(name):
    """The header and the rows of a built-in data set; the target is the last column."""
    with open(ROOT / "datasets" / f"{name}.csv", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, rows


def write(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def ours(program, header, training, validation, seed):
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder) / f"{name}.csv" for name in ("training", "validation")]
        for path, rows in zip(files, (training, validation)):
            write(path, header, rows)
        command = [program, files[0], "--val", files[1], "--seed", str(seed), "--headless", "--json"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    started, *_, finished = map(json.loads, output.splitlines())
    # Nothing was left out and no row lost, so both programs see the same table.
    assert started["training_rows"] == len(training), started
    assert started["validation_rows"] == len(validation), started
    scores = finished["validation"]
    return scores["r2"] if started["task"] == "regression" else scores["accuracy"]


def theirs(training, validation, seed, is_regression):
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.preprocessing import StandardScaler

    def columns(rows):
        targets = [row[-1] for row in rows]
        inputs = [[float(cell) for cell in row[:-1]] for row in rows]
        return inputs, [float(target) for target in targets] if is_regression else targets

    (x, y), (new_x, new_y) = columns(training), columns(validation)
    scaler = StandardScaler().fit(x)
    model = MLPRegressor(random_state=seed) if is_regression else MLPClassifier(random_state=seed)
    with warnings.catch_warnings():
        # Its 200 epochs are not enough for some; that too is its default.
        warnings.simplefilter("ignore")
        model.fit(scaler.transform(x), y)
    return model.score(scaler.transform(new_x), new_y)


def scores(program, name, seeds):
    """Of nn-tui and of scikit-learn, for every seed."""
    from sklearn.model_selection import train_test_split

    header, rows = table(name)
    is_regression = name == "sine"
    pairs = []
    for seed in range(1, seeds + 1):
        classes = None if is_regression else [row[-1] for row in rows]
        training, validation = train_test_split(rows, test_size=0.2, random_state=seed, stratify=classes)
        pairs.append((
            ours(program, header, training, validation, seed),
            theirs(training, validation, seed, is_regression),
        ))
    return pairs


def summary(values, is_regression):
    mean, error = statistics.mean(values), statistics.stdev(values) / len(values) ** 0.5
    return f"{mean:.3f} ± {error:.3f}" if is_regression else f"{100 * mean:.1f} ± {100 * error:.1f} %"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
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
    below = []
    print("| data | score | nn-tui | scikit-learn | difference |")
    print("|---|---|---:|---:|---:|")
    for name in SETS:
        is_regression = name == "sine"
        own, others = zip(*scores(program, name, arguments.seeds))
        differences = [a - b for a, b in zip(own, others)]
        cells = [summary(values, is_regression) for values in (own, others, differences)]
        print("|", " | ".join([name, "R2" if is_regression else "accuracy", *cells]), "|", flush=True)
        error = statistics.stdev(differences) / len(differences) ** 0.5
        if statistics.mean(differences) < -error:
            below.append(name)
    if below:
        sys.exit(f"below by more than one standard error: {', '.join(below)}")


if __name__ == "__main__":
    main()
