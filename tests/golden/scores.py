"""Golden scores of predictions from scikit-learn.

    python tests/golden/scores.py > tests/golden/scores.json

Outputs are numbers that float32 holds exactly, many of them equal (ties). Among the cases are a class without rows, one that
is never predicted, one of neither, and a single class. `null` is a score that is undefined: a ROC AUC where a class
has no rows or all, an average precision where it has none, a log loss of outputs that are not probabilities. Made with
scikit-learn 1.9.1.
"""

import json
import warnings

import numpy as np
from sklearn import metrics
from sklearn.preprocessing import label_binarize

warnings.simplefilter("ignore")
rng = np.random.default_rng(16)


def softmax(logits):
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)


def means(labels, predicted, average):
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, predicted, average=average, zero_division=0)
    return [precision, recall, f1]


def ranked(labels, outputs, classes, is_probability):
    """ROC AUC, average precision and log loss."""
    exact = outputs.astype(np.float64)
    single = exact[:, 0] if exact.shape[1] == 1 else None
    present = np.bincount(labels, minlength=classes)
    auc = precision = log = None
    if classes == 2:
        if single is not None:
            score = single
        elif is_probability:
            score = exact[:, 1]
        else:
            # From 0 to 1, one half being the border between the classes; in float32, as the program keeps it.
            score = (outputs[:, 1] - outputs[:, 0] + np.float32(1)) / np.float32(2)
        if present.all():
            auc = metrics.roc_auc_score(labels, score)
        if present[1]:
            precision = metrics.average_precision_score(labels, score)
    elif present.all():
        if is_probability:
            auc = metrics.roc_auc_score(labels, exact, multi_class="ovr", average="macro")
        else:
            auc = metrics.roc_auc_score(label_binarize(labels, classes=range(classes)), exact, average="macro")
        precision = metrics.average_precision_score(labels, exact, average="macro")
    if is_probability:
        both = exact if single is None else np.stack([1 - single, single], axis=1)
        log = metrics.log_loss(labels, both, labels=list(range(classes)))
    return {"roc_auc": auc, "average_precision": precision, "log_loss": log}


def classification(name, labels, outputs, classes, is_probability=True):
    labels = np.asarray(labels)
    outputs = np.asarray(outputs, dtype=np.float32)
    if outputs.shape[1] == 1:
        predicted = (outputs[:, 0] >= 0.5).astype(int)
    else:
        predicted = outputs.argmax(axis=1)
    each = metrics.precision_recall_fscore_support(
        labels, predicted, labels=list(range(classes)), zero_division=0)
    return {
        "name": name,
        "classes": classes,
        "are_probabilities": is_probability,
        "labels": labels.tolist(),
        "outputs": outputs.astype(float).tolist(),
        "expected": {
            "accuracy": metrics.accuracy_score(labels, predicted),
            "balanced_accuracy": metrics.balanced_accuracy_score(labels, predicted),
            "each": np.stack(each, axis=1).tolist(),
            "macro": means(labels, predicted, "macro"),
            "weighted": means(labels, predicted, "weighted"),
            **ranked(labels, outputs, classes, is_probability),
        },
    }


def coarse(shape):
    """Logits of few different values, so that many rows are equal."""
    return rng.integers(-3, 4, shape) / 2


def classifications():
    labels = (rng.random(200) < 0.04).astype(int)
    yield classification("few positives", labels, softmax(rng.normal(size=(200, 2)) + np.eye(2)[labels]), 2)
    labels = rng.integers(0, 2, 120)
    yield classification("ties", labels, softmax(coarse((120, 2)) + np.eye(2)[labels]), 2)
    single = 1 / (1 + np.exp(-(coarse((120, 1)) + labels[:, None] - 0.5)))
    yield classification("one output", labels, single, 2)
    yield classification("outputs of 0 and 1", labels, np.eye(2)[rng.integers(0, 2, 120)], 2)
    yield classification("two sigmoids", labels, 1 / (1 + np.exp(-coarse((120, 2)))), 2, False)
    yield classification("all equal", labels, np.full((120, 2), 0.5), 2)
    yield classification("only the first class", [0] * 9, softmax(coarse((9, 2))), 2)
    yield classification("only the second class", [1] * 9, softmax(coarse((9, 2))), 2)
    labels = rng.integers(0, 4, 150)
    logits = coarse((150, 4)) + 2 * np.eye(4)[labels]
    yield classification("four classes", labels, softmax(logits), 4)
    yield classification("four sigmoids", labels, 1 / (1 + np.exp(-logits)), 4, False)
    yield classification("a class never predicted", labels, softmax(logits - [0, 0, 99, 0]), 4)
    labels = rng.choice([0, 1, 3], 80)
    logits = coarse((80, 4)) + np.eye(4)[labels]
    yield classification("a class without rows", labels, softmax(logits), 4)
    yield classification("a class of neither", labels, softmax(logits - [0, 0, 99, 0]), 4)


def regression(name, actual, predicted):
    actual, predicted = (np.asarray(numbers, dtype=np.float64) for numbers in (actual, predicted))
    return {
        "name": name,
        "actual": actual.tolist(),
        "predicted": predicted.tolist(),
        "expected": {
            "mae": metrics.mean_absolute_error(actual, predicted),
            "median_absolute_error": metrics.median_absolute_error(actual, predicted),
            "rmse": metrics.root_mean_squared_error(actual, predicted),
            "r2": metrics.r2_score(actual, predicted),
        },
    }


def regressions():
    for rows in (2, 7, 100, 101):
        actual = rng.normal(size=rows) * 30 + 1000
        yield regression(f"{rows} rows", actual, actual + rng.normal(size=rows) * 10)
    yield regression("far from 0", 1e9 + np.arange(50), 1e9 + np.arange(50)[::-1])
    yield regression("equal errors", [1, 2, 3, 4], [2, 3, 4, 5])


print(json.dumps({"classifications": list(classifications()), "regressions": list(regressions())}))
