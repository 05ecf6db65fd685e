#!/usr/bin/env python3
"""Writes the built-in data sets beside this script.

    pip install numpy scikit-learn      (written with numpy 2.4 and scikit-learn 1.9)
    python3 datasets/generate.py

iris, wine, breast-cancer and digits are copied from scikit-learn; see NOTICE. The other five are
drawn here with a fixed seed. RandomState is used because its stream of numbers is frozen: NumPy
may change what its newer generators return for a seed.
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def short(value):
    """The shortest text that reads back as `value`, without a needless ".0"."""
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def write(name, columns, features, labels, cell=short):
    lines = [",".join(columns)]
    for row, label in zip(features, labels):
        lines.append(",".join([*(cell(value) for value in row), str(label)]))
    (HERE / name).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


# ---- from scikit-learn ----------------------------------------------------------------------


def iris():
    from sklearn.datasets import load_iris

    data = load_iris()
    columns = [name.removesuffix(" (cm)") for name in data.feature_names]
    labels = [data.target_names[i] for i in data.target]
    # One decimal everywhere, as the flowers were measured.
    write("iris.csv", [*columns, "species"], data.data, labels, "{:.1f}".format)


def wine():
    from sklearn.datasets import load_wine

    data = load_wine()
    columns = [name.replace("_", " ") for name in data.feature_names]
    columns[columns.index("od280/od315 of diluted wines")] = "od280/od315"
    labels = [f"cultivar {i + 1}" for i in data.target]
    write("wine.csv", [*columns, "cultivar"], data.data, labels)


def breast_cancer():
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    labels = [data.target_names[i] for i in data.target]
    write("breast-cancer.csv", [*data.feature_names, "diagnosis"], data.data, labels)


def digits():
    from sklearn.datasets import load_digits

    data = load_digits()
    columns = [f"r{row}c{column}" for row in range(8) for column in range(8)]
    write("digits.csv", [*columns, "digit"], data.data, data.target)


# ---- drawn here -----------------------------------------------------------------------------


def write_points(name, random, points, labels):
    """Writes (n, 2) points in random order, so that any part of the file shows every class."""
    order = random.permutation(len(points))
    points = points[order].round(3) + 0.0  # adding zero turns -0.0 into 0.0
    write(name, ["x", "y", "class"], points, [labels[i] for i in order], "{:.3f}".format)


def xor():
    """Four noisy corners; opposite corners share a class."""
    random = np.random.RandomState(1)
    each = 75
    corners = np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)])
    points = np.repeat(corners, each, axis=0) + random.normal(0, 0.3, (4 * each, 2))
    labels = np.repeat(["same", "different", "different", "same"], each)
    write_points("xor.csv", random, points, labels)


def circles():
    """A ring around a ring."""
    random = np.random.RandomState(2)
    each = 150
    angle = random.uniform(0, 2 * np.pi, 2 * each)
    radius = np.repeat([0.4, 1.0], each) + random.normal(0, 0.09, 2 * each)
    points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    write_points("circles.csv", random, points, np.repeat(["inside", "outside"], each))


def moons():
    """Two half circles that reach into each other."""
    random = np.random.RandomState(3)
    each = 150
    angle = random.uniform(0, np.pi, 2 * each)
    upper = np.column_stack([np.cos(angle[:each]), np.sin(angle[:each])])
    lower = np.column_stack([1 - np.cos(angle[each:]), 0.5 - np.sin(angle[each:])])
    points = np.concatenate([upper, lower]) + random.normal(0, 0.12, (2 * each, 2))
    write_points("moons.csv", random, points, np.repeat(["upper", "lower"], each))


def spiral():
    """Three arms that wind around each other by a little less than one turn."""
    random = np.random.RandomState(4)
    arms, each = 3, 120
    along = np.tile(np.linspace(0.08, 1, each), arms)
    start = np.repeat(np.arange(arms) * 2 * np.pi / arms, each)
    angle = start + 5.5 * along + random.normal(0, 0.13, arms * each)
    points = np.column_stack([along * np.cos(angle), along * np.sin(angle)])
    labels = np.repeat([f"arm {arm + 1}" for arm in range(arms)], each)
    write_points("spiral.csv", random, points, labels)


def sine():
    """A wave that grows and falls again, with noise: a number to predict."""
    random = np.random.RandomState(5)
    x = np.sort(random.uniform(-3, 3, 300))
    y = np.sin(3 * x) * np.exp(-0.2 * x**2) + random.normal(0, 0.08, 300)
    order = random.permutation(300)
    points = np.column_stack([x, y])[order].round(3) + 0.0
    write("sine.csv", ["x", "y"], points[:, :1], [f"{value:.3f}" for value in points[:, 1]], "{:.3f}".format)


if __name__ == "__main__":
    for make in (iris, wine, breast_cancer, digits, xor, circles, moons, spiral, sine):
        make()
