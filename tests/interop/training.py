"""Trains the scripts of `nn-tui --export-training` with PyTorch and compares losses and models; see run.py."""

import csv
import gzip
import json
import math
import os
import pathlib
import random
import shlex
import subprocess
import sys

try:
    import torch  # noqa: F401
except ImportError:
    print("training: skipped, PyTorch is not installed")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parents[2]
EPOCHS = 20
# Sums in another order: relative to the loss, and for losses near zero.
TOLERANCE, SMALL = 5e-5, 1e-6

# Name, table, options.
CASES = [
    ("textbook", "iris.csv", "--activation sigmoid --output sigmoid --loss quadratic --init normal --optimizer sgd"),
    ("adam", "iris.csv", "--hidden 16,8 --activation relu --loss cross-entropy --optimizer adam --l2 0.01"),
    ("momentum", "wine.csv", "--hidden 8 --activation tanh --optimizer momentum --lr 0.01 --batch 7"),
    ("nesterov", "wine.csv", "--hidden 8 --activation gelu --optimizer nesterov --l2 0.001 --schedule cosine"),
    ("rmsprop", "wine.csv", "--hidden 8 --activation silu --optimizer rmsprop --schedule step --warm-up 3"),
    ("adamw", "sine.csv", "--hidden 16 --activation elu --optimizer adamw --schedule one-cycle"),
    ("plateau", "sine.csv", "--hidden 16 --activation softplus --loss huber --schedule 'plateau 1 0.5' --warm-up 2"),
    ("regularised", "moons.csv", "--hidden 12,6 --activation leaky-relu --dropout 0.2 --clip 0.5 --label-smoothing 0.1"),
    ("single", "breast-cancer.csv", "--hidden 6 --outputs 1 --class-weights balanced"),
    ("no layer", "iris.csv", "--hidden none --val 0 --optimizer sgd --seed 3"),
    ("mixed", "mixed.csv", "-t price --hidden 10 --split group:city --test 0.1 --comment '#' --decimal point"),
    ("classes", "mixed.csv", "-t size --hidden 10 --class-weights balanced --split time --comment '#' --decimal point"),
    ("dates", "dates.csv", "-t value --dates parts --hidden 8"),
    ("built-in", "digits", "--hidden 8 --batch 64 --schedule cosine"),
    ("european", "european.csv.gz", "-t y --hidden 5 --optimizer sgd --lr 0.05"),
    ("spaces", "spaces.txt", "-t y --hidden 5 --outputs 1"),
    ("quotes", ROOT / "tests/data/cases/quotes_after_space.csv", "--hidden 5"),
]


def write_mixed(path):
    """Missing values, categories, numbers as people write them, units, totals, quotes over lines, comments."""
    draw = random.Random(5)
    with open(path, "w", newline="", encoding="cp1252") as file:
        file.write("# Prices\nprice;size;city;weight;old;share\n")
        table = csv.writer(file, delimiter=";", lineterminator="\n")
        for row in range(150):
            size = draw.choice(["small", "large", "large", "extra, large", " medium"])
            city = draw.choice(["Köln", "Paris", "", "New\nYork", "Lyon"])
            weight = draw.choice(["", "n/a", f"{draw.uniform(1, 2000):,.2f} kg", f"{draw.uniform(1, 90):.1f} kg"])
            price = f"{draw.uniform(1000, 90000):,.0f}" + draw.choice(["", " €"])
            table.writerow([price, size, city, weight, draw.choice(["yes", "no", "?"]), f"{draw.uniform(0, 9):.1f}%"])
            if row == 70:
                file.write("# A comment\n\n")
        file.write("Total;;;;;\n")


def write_dates(path):
    draw = random.Random(6)
    with open(path, "w", encoding="utf-8") as file:
        file.write("day,value\n")
        for row in range(120):
            file.write(f"2024-{row % 12 + 1:02}-{row % 28 + 1:02} {row % 24:02}:30,{draw.gauss(row % 12, 1):.3f}\n")


def write_european(path):
    """Decimal commas, percent signs of one column alone, UTF-16, compressed."""
    draw = random.Random(7)
    rows = [f"{draw.gauss(0, 1):.3f};{draw.uniform(0, 99):.1f}%;{draw.gauss(1e5, 9):.2f}" for _ in range(90)]
    text = "a;b;y\r\n" + "\r\n".join(rows).replace(".", ",")
    path.write_bytes(gzip.compress(text.encode("utf-16")))


def write_spaces(path):
    draw = random.Random(8)
    rows = [(draw.gauss(0, 1), draw.gauss(0, 1)) for _ in range(90)]
    lines = [f"  {a:8.4f}   {b:.3f}\t {'true' if a > b else draw.choice(['no', 'False', 'no'])}" for a, b in rows]
    path.write_text("a b y\n" + "\n".join(lines) + "\n", encoding="utf-8")


def run(command, folder, **more):
    """Runs a command. Returns what it prints."""
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True, **more)
    if done.returncode != 0:
        sys.exit(f"training: {command} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def expected(program, table, options, folder):
    """The epochs of nn-tui, and its final scores."""
    lines = run([program, table, *options, "--headless", "--json", "--no-refit"], folder).splitlines()
    events = [json.loads(line) for line in lines]
    return [event for event in events if event["event"] == "epoch"], events[-1]


def compare(name, found, epochs):
    """Compares the log of the script with the epochs of nn-tui. Returns the largest relative difference of losses."""
    assert len(found) == len(epochs), (name, len(found), len(epochs))
    largest = 0.0
    for line, epoch in zip(found, epochs):
        assert line["step"] == epoch["step"] and line["epoch"] == epoch["epoch"], (name, line, epoch)
        assert math.isclose(line["learning_rate"], epoch["learning_rate"], rel_tol=1e-6), (name, line, epoch)
        for tag, member in [("loss/train", "train_loss"), ("loss/validation", "val_loss"),
                            ("accuracy/train", "train_accuracy"), ("accuracy/validation", "val_accuracy")]:
            if tag not in line:
                continue
            a, b = line[tag], epoch[member]
            assert math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=SMALL), (name, epoch["epoch"], tag, a, b)
            if tag.startswith("loss"):
                largest = max(largest, abs(a - b) / max(b, SMALL / TOLERANCE))
    return largest


def without_tensorboard(folder):
    """An environment in which the script logs JSON lines, which have all digits."""
    site = folder / "hidden"
    site.mkdir(exist_ok=True)
    (site / "tensorboard.py").write_text("raise ImportError\n")
    return {**os.environ, "PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"}


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2]) / "training"
    folder.mkdir()
    write_mixed(folder / "mixed.csv")
    write_dates(folder / "dates.csv")
    write_european(folder / "european.csv.gz")
    write_spaces(folder / "spaces.txt")
    environment = without_tensorboard(folder)
    for name, table, options in CASES:
        where = folder / name.replace(" ", "-")
        where.mkdir()
        path = next((path for path in (folder / table, ROOT / "datasets" / table) if path.exists()), table)
        options = [*shlex.split(options), "-e", str(EPOCHS)]
        epochs, end = expected(program, path, options, where)
        run([program, path, *options, "--headless", "--export-training", "train.py"], where)
        alone = [sys.executable, "train.py", "--events", "log"]
        several = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "train.py"]
        log = where / "log" / "log.jsonl"
        run(alone, where, env=environment)
        differences = [compare(name, [json.loads(line) for line in log.open()], epochs)]
        check_model(program, path, where, end)
        if name in ("adam", "regularised", "mixed"):
            run([*several, "--events", "log", "--force"], where, env=environment)
            differences.append(compare(name, [json.loads(line) for line in log.open()], epochs))
        if name == "textbook":
            check_event_file(program, alone[:2], where, epochs[-1])
            check_refusals(alone[:2], where, environment)
        print(f"training: {name}: losses differ by at most {max(differences):.1e} of themselves", flush=True)


def check_refusals(script, where, environment):
    """The script ends with a sentence that helps, and replaces no results of another run."""

    def refused(options, *words, command=script):
        ended = subprocess.run([*command, *options], cwd=where, env=environment, capture_output=True, text=True)
        assert ended.returncode == 1 and ended.stdout == "", (options, ended)
        assert "Traceback" not in ended.stderr and all(word in ended.stderr for word in words), (options, ended.stderr)

    model = (where / "model.json").read_bytes()
    logged = (where / "log" / "log.jsonl").read_bytes()
    refused(["--events", "other"], "model.json: exists already", "--force", "--output")
    refused(["--events", "log", "--output", "other.json"], "log: has a log already", "--force", "--events")
    refused(["gone.csv", "--events", "other", "--output", "other.json"], "gone.csv: No such file", "train.py TABLE")
    refused([], "pip install numpy torch", command=[script[0], "-I", "-S", script[1]])
    assert model == (where / "model.json").read_bytes() and logged == (where / "log" / "log.jsonl").read_bytes()
    assert not (where / "other.json").exists()


def check_event_file(program, script, where, last):
    """`nn-tui watch` shows what the script logs where TensorBoard is installed, in float32."""
    run([*script, "--events", "events", "--force"], where)
    if not list((where / "events").glob("events.out.tfevents.*")):
        print("training: no event file, TensorBoard is not installed")
        return
    (found,) = json.loads(run([program, "watch", "--json", "events"], where))["runs"]
    for tag, member in [("loss/train", "train_loss"), ("loss/validation", "val_loss"), ("epoch", "epoch")]:
        value = found["values"][tag]
        assert value["step"] == last["step"], (tag, value, last)
        assert math.isclose(value["value"], last[member], rel_tol=TOLERANCE), (tag, value, last)


def check_model(program, table, where, end):
    """nn-tui reads the model: its scores are those of its own run, and it becomes an ONNX file."""
    document = json.loads((where / "model.json").read_text(encoding="utf-8"))
    for name in ("training", "validation"):
        own, found = end[name], document["training"].get(name)
        if own:
            assert math.isclose(found["loss"], own["loss"], rel_tol=TOLERANCE, abs_tol=SMALL), (where, found, own)
    run([program, "predict", "model.json", table], where)
    run([program, table, "--from", "model.json", "--headless", "-e", "0", "-o", "model.onnx"], where)


if __name__ == "__main__":
    main()
