#!/usr/bin/env python3
"""Compares loading a large table with pandas.read_csv and polars.read_csv, side by side on one file.

    pip install numpy pandas polars
    python3 tests/benches/peers/loading.py [MEGABYTES]

All read the same file in turn, five times each after one time to warm up; the ratios are those of the
medians (below 1: nn-tui is faster). pandas and polars are asked for float32, as nn-tui keeps it; polars
uses all processors unless POLARS_MAX_THREADS says otherwise.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

ROOT = Path(__file__).resolve().parents[3]
COLUMNS = 20
RUNS = 5


def write(path, megabytes):
    """Writes a table of numbers with three to six digits, and a class."""
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


def by_pandas(path):
    start = time.perf_counter()
    types = {f"x{i}": np.float32 for i in range(COLUMNS)}
    pd.read_csv(path, dtype=types)
    return time.perf_counter() - start


def by_polars(path):
    start = time.perf_counter()
    types = {f"x{i}": pl.Float32 for i in range(COLUMNS)}
    pl.read_csv(path, schema_overrides=types)
    return time.perf_counter() - start


def main():
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 200
    build = ["cargo", "bench", "--bench", "loading", "--no-run", "--message-format=json"]
    built = subprocess.run(build, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    messages = [json.loads(line) for line in built.splitlines()]
    executables = [m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "loading"]
    binary = executables[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write(path, megabytes)
        runs = [(ours(binary, path), by_pandas(path), by_polars(path)) for _ in range(RUNS + 1)][1:]
    median = lambda times: statistics.median(times)
    loaded = median(found["seconds"] for found, _, _ in runs)
    described = median(found["described"] for found, _, _ in runs)
    pandas = median(seconds for _, seconds, _ in runs)
    polars = median(seconds for _, _, seconds in runs)
    first = runs[0][0]
    threads = os.environ.get("POLARS_MAX_THREADS", pl.thread_pool_size())
    print(f"{megabytes:.0f} MB, {first['rows']} rows: nn-tui {loaded:.2f} s, pandas {pandas:.2f} s, "
          f"polars {polars:.2f} s on {threads} threads; ratio {loaded / pandas:.2f} to pandas, "
          f"{loaded / polars:.2f} to polars; with summary {described:.2f} s ({described / loaded:.2f} x); "
          f"peak memory {first['ratio']:.2f} x the matrix")


if __name__ == "__main__":
    main()
