#!/usr/bin/env python3
"""Holds the reading of a large table against pandas.read_csv, side by side on one file.

    pip install numpy pandas
    python3 tests/benches/peers/loading.py [MEGABYTES]

Both read the same file in turn, five times each after one time to warm up; the ratio is that of the
medians (below 1: nn-tui is faster). pandas is asked for float32, as nn-tui keeps it.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[3]
COLUMNS = 20
RUNS = 5


def write(path, megabytes):
    """A table of numbers with three to six digits, and a class."""
    random = np.random.RandomState(0)
    with open(path, "w", encoding="ascii") as file:
        file.write(",".join([f"x{i}" for i in range(COLUMNS)] + ["class"]) + "\n")
        while file.tell() < megabytes * 1e6:
            numbers = random.normal(0, 10, (20_000, COLUMNS)).round(4)
            kinds = random.choice(["red", "green", "blue"], len(numbers))
            lines = [",".join(map(repr, row)) + f",{kind}\n" for row, kind in zip(numbers.tolist(), kinds)]
            file.writelines(lines)


def ours(binary, path):
    output = subprocess.run([binary, path], capture_output=True, check=True, text=True).stdout
    return json.loads(output)


def theirs(path):
    start = time.perf_counter()
    types = {f"x{i}": np.float32 for i in range(COLUMNS)}
    pd.read_csv(path, dtype=types)
    return time.perf_counter() - start


def main():
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 200
    build = ["cargo", "bench", "--bench", "loading", "--no-run", "--message-format=json"]
    built = subprocess.run(build, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    messages = [json.loads(line) for line in built.splitlines()]
    binary = next(it["executable"] for it in messages if it.get("executable") and it["target"]["name"] == "loading")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write(path, megabytes)
        ours(binary, path), theirs(path)
        pairs = [(ours(binary, path), theirs(path)) for _ in range(RUNS)]
    seconds = statistics.median(found["seconds"] for found, _ in pairs)
    pandas = statistics.median(found for _, found in pairs)
    print(f"{megabytes:.0f} MB, {pairs[0][0]['rows']} rows: nn-tui {seconds:.2f} s, pandas {pandas:.2f} s, "
          f"ratio {seconds / pandas:.2f}; peak memory {pairs[0][0]['ratio']:.2f} x the matrix")


if __name__ == "__main__":
    main()
