"""The textbook's network on the real MNIST digits: nn-tui and the book's algorithm in Python.

    python tests/benches/peers/mnist.py FOLDER [--seeds 3] [--epochs 30] [--threads 1] [--here]

FOLDER holds the four files of MNIST as they are distributed (train-images-idx3-ubyte.gz and so on).
Trains [784, 30, 10] with sigmoid, quadratic loss, weights from a standard normal, mini-batches of 10
and a learning rate of 3. Prints the best validation accuracy of each seed, and how long an epoch
takes, drawing an order, picking rows and judging the validation rows included, beside an epoch of
the book's algorithm (one sample at a time, f64, without judging) between the runs.
"""

import argparse
import gzip
import json
import pathlib
import random
import statistics
import subprocess
import sys
import time

from compare import ROOT, environment, python_with_libraries

PLAN = (
    "--hidden 30 --activation sigmoid --output sigmoid --loss quadratic --init normal "
    "--optimizer sgd --lr 3 --batch 10 --headless --json"
).split()


def images_and_labels(folder):
    """The training digits: (60000, 784) from 0 to 1, and their classes."""
    import numpy as np

    with gzip.open(folder / "train-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(folder / "train-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return images / 255.0, np.eye(10)[labels]


def book_seconds(train, x, y):
    start = time.perf_counter()
    order = list(range(len(x)))
    random.shuffle(order)
    batches = (order[i : i + 10] for i in range(0, len(order), 10))
    train(((x[rows], y[rows]) for rows in batches), 3.0)
    return time.perf_counter() - start


def run(program, folder, seed, arguments):
    """Seconds for an epoch, and the best validation accuracy."""
    images = folder / "train-images-idx3-ubyte.gz"
    options = ["--epochs", str(arguments.epochs), "--seed", str(seed)]
    options += ["--threads", str(arguments.threads)]
    output = subprocess.run(
        [program, images, *PLAN, *options], check=True, capture_output=True, text=True
    ).stdout
    events = [json.loads(line) for line in output.splitlines()]
    accuracies = [event["val_accuracy"] for event in events if event["event"] == "epoch"]
    return events[-1]["seconds"] / events[-1]["epoch"], max(accuracies)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--epochs", type=int, default=30)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--here", action="store_true")
    arguments = arguments.parse_args()
    if not arguments.here:
        # Again, in the environment that has NumPy.
        command = [python_with_libraries(), __file__, *sys.argv[1:], "--here"]
        sys.exit(subprocess.run(command, env=environment(1)).returncode)

    from peer import book_trainer

    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True)
    program = ROOT / "target" / "release" / "nn-tui"
    x, y = images_and_labels(arguments.folder)
    train = book_trainer([784, 30, 10])
    book, own, best = [], [], []
    for seed in range(1, arguments.seeds + 1):
        book.append(book_seconds(train, x, y))
        seconds, accuracy = run(program, arguments.folder, seed, arguments)
        own.append(seconds)
        best.append(accuracy)
        print(f"seed {seed}: best {100 * accuracy:.2f} %, {1000 * seconds:.0f} ms an epoch,", end=" ")
        print(f"the book's code {1000 * book[-1]:.0f} ms")
    ratio = statistics.median(book) / statistics.median(own)
    print(f"mean of the best {100 * statistics.mean(best):.2f} %; an epoch is {ratio:.0f} x as fast")


if __name__ == "__main__":
    main()
