"""Trains, exports, predicts and compares; see run.py."""

import csv
import datetime
import io
import json
import math
import pathlib
import subprocess
import sys

import cells
import importance
import numpy
import programs
import tables

FORMATS = ["json", "safetensors", "npz", "onnx", "py", "rs", "c"]
TOLERANCE = 1e-5
# Missing values in texts, and in numbers.
MISSING = {"", "?", "na", "n/a", "nan", "null", "-", "#n/a", "\\n"}
MISSING_NUMBERS = MISSING | {"none", "<na>", "."}
ROOT = pathlib.Path(__file__).resolve().parents[2]


def date_part(cell, part):
    """Returns a part of a date as tables.py and the cases write it."""
    formats = ["%Y-%m-%dT%H:%M:%SZ", "%Y/%m/%d %H:%M", "%d/%m/%Y %I:%M %p", "%d %b %Y, %H:%M", "%B %d, %Y %H:%M", "%Y-%m"]
    for known in formats:
        try:
            date = datetime.datetime.strptime(cell, known)
        except ValueError:
            continue
        hour = date.hour + date.minute / 60
        return {"year": date.year, "month": date.month, "weekday": date.weekday(), "hour": hour}[part]
    raise ValueError(cell)


class Model:
    """A trained model in all formats, rows to predict, and the predictions of nn-tui."""

    def __init__(self, program, folder, name, arguments, table):
        self.name, self.folder = name, folder / name.replace(" ", "-")
        self.folder.mkdir()
        for ending in FORMATS:
            train = [program, *arguments, "--headless", "--export", self.file(ending)]
            subprocess.run(train, check=True, capture_output=True, cwd=ROOT)
        self.document = json.loads(self.file("json").read_text(encoding="utf-8"))
        self.columns = self.document["preprocessing"]["columns"]
        self.task = self.document["task"]
        if name == "mixed":
            kinds = [column["encoding"] for column in self.columns]
            assert {kind["type"] for kind in kinds} == {"numeric", "categorical", "boolean"}
            assert {kind.get("other") for kind in kinds} == {None, False, True}
        self.is_regression = self.task["type"] == "regression"
        self.table = ROOT / table
        with open(self.table, newline="", encoding="utf-8") as file:
            self.rows = list(csv.DictReader(file))
        self.target = self.document["target"]
        # Rows without all the targets that the model needs have no prediction.
        history = [all(self.lagged(i, lag) for lag in self.lags()) for i in range(len(self.rows))]
        self.usable = numpy.flatnonzero(history)
        self.labels, self.expected = self.predictions(program, "json")
        for ending in ["safetensors", "npz"]:
            labels, expected = self.predictions(program, ending)
            assert labels == self.labels and numpy.array_equal(expected, self.expected), ending

    def file(self, ending):
        # A name that Python and Rust can import.
        return self.folder / f"model.{ending}"

    def predictions(self, program, ending):
        """Runs `nn-tui predict`; returns labels and outputs, or None and numbers."""
        command = [program, "predict", self.file(ending), self.table]
        said = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        # Cells of several lines keep their line ends.
        header, *rows = csv.reader(io.StringIO(said, newline=""))
        own = len(self.rows[0])
        assert len(rows) == len(self.rows)
        predicted = [bool(row[own]) for row in rows]
        assert numpy.array_equal(numpy.flatnonzero(predicted), self.usable)
        if self.is_regression:
            return None, numpy.array([[float(rows[i][own])] for i in self.usable])
        return [row[own] for row in rows], numpy.array([row[own + 1 :] for row in rows], float)

    def is_number(self, column):
        return column["encoding"]["type"] in ("numeric", "cyclic")

    def lags(self):
        derived = [column.get("derived", {}) for column in self.columns]
        return [it["rows"] for it in derived if it.get("type") == "lag"]

    def lagged(self, row, lag):
        """Returns the cell of the target `lag` rows before; empty if it is missing."""
        return self.rows[row - lag][self.target] if row >= lag else ""

    def number(self, row, column):
        """Returns the number of a row in a numeric column, NaN if it is missing."""
        derived = column.get("derived", {})
        if derived.get("type") == "lag":
            return float(self.lagged(row, derived["rows"]))
        cell = self.cell(self.rows[row], derived.get("from", column["name"])).strip()
        if cell.lower() in MISSING_NUMBERS:
            return math.nan
        return date_part(cell, derived["part"]) if derived else float(cell)

    def cell(self, row, name):
        """Returns the cell as it is in the table; names are without the blanks around them."""
        return next(cell for key, cell in row.items() if key.strip() == name)

    def missing_numbers(self):
        words = self.document["preprocessing"].get("missing", [])
        return [float(word) for word in words if word.isdigit()]

    def has_offset(self):
        return any("offset" in column for column in self.columns)

    def numbers(self):
        """Returns the numeric columns as they are, NaN where missing: float32 where that is enough."""
        wanted = [column for column in self.columns if self.is_number(column)]
        rows = [[self.number(row, column) for column in wanted] for row in self.usable]
        return numpy.array(rows, float if self.has_offset() else numpy.float32)

    def texts(self):
        """Returns the columns of texts as they are, with the blanks around them."""
        wanted = [column["name"] for column in self.columns if not self.is_number(column)]
        return [[self.cell(self.rows[row], name) for name in wanted] for row in self.usable]

    def inputs(self):
        """Computes the network's inputs by the schema of the document: float32 (rows, inputs)."""
        parts = []
        offsets = [column.get("offset", 0) for column in self.columns if self.is_number(column)]
        raw_values = (self.numbers() - numpy.array(offsets)).astype(numpy.float32)
        numbers, texts = iter(raw_values.T), iter(zip(*self.texts()))
        for column in self.columns:
            encoding = column["encoding"]
            if self.is_number(column):
                raw = next(numbers)
                missing = numpy.isnan(raw)
                if "derived" not in column:
                    missing |= numpy.isin(raw, self.missing_numbers())
                raw = numpy.where(missing, numpy.float32(encoding["fill"]), raw)
                if encoding["type"] == "cyclic":
                    angle = 2 * math.pi * raw.astype(float) / encoding["period"]
                    parts += [numpy.sin(angle)[:, None], numpy.cos(angle)[:, None]]
                    continue
                scaled = (raw.astype(float) - encoding["mean"]) / encoding["deviation"]
                parts.append(scaled[:, None])
                continue
            cells = [cell.strip() for cell in next(texts)]
            if encoding["type"] == "boolean":
                words = {word: 0 for word in encoding["no"]} | {word: 1 for word in encoding["yes"]}
                raw = numpy.array([words.get(cell, encoding["fill"]) for cell in cells], float)
                parts.append(((raw - encoding["mean"]) / encoding["deviation"])[:, None])
                continue
            values = encoding["values"]
            places = {value: i for i, value in enumerate(values)}
            place = lambda cell: (
                places.get(cell, encoding["fill"] if cell.lower() in MISSING else len(values))
            )
            wide = numpy.eye(len(values) + 1)[[place(cell) for cell in cells]]
            parts.append(wide if encoding["other"] else wide[:, :-1])
        return numpy.hstack(parts).astype(numpy.float32)

    def compare(self, what, found, labels=None):
        """Compares outputs (or numbers in the target's unit) and labels with those of nn-tui."""
        found = numpy.asarray(found, float).reshape(self.expected.shape)
        scale = self.unit() if self.is_regression else 1.0
        difference = numpy.abs(found - self.expected).max() / scale
        assert difference < TOLERANCE, f"{self.name}, {what}: {difference}"
        if labels is not None:
            # A single output separates two classes at one half.
            rivals = self.expected
            if rivals.shape[1] == 1:
                rivals = numpy.hstack([1 - rivals, rivals])
            ordered = numpy.sort(rivals, axis=1)
            clear = ordered[:, -1] - ordered[:, -2] > 2 * TOLERANCE
            wrong = [i for i in numpy.flatnonzero(clear) if str(labels[i]) != self.labels[i]]
            assert not wrong, f"{self.name}, {what}: other labels in rows {wrong}"
        print(f"{self.name:>22}  {what:<22} {difference:.1e}")

    def in_unit(self, outputs):
        """Converts outputs of a regression to the target's unit; leaves others unchanged."""
        if not self.is_regression:
            return outputs
        mean = 0.0 if self.task.get("is_fraction") else self.task["mean"]
        return numpy.asarray(outputs, float) * self.unit() + mean + self.task.get("offset", 0)

    def unit(self):
        """Returns the target's change per unit of output, for a regression."""
        return 1.0 if self.task.get("is_fraction") else self.task["deviation"]


def python_reads_tables_as_predict(program, folder):
    """Compares the Python file with `predict` on rows with names, as R writes them, and longer lines."""
    rows = [f"{i / 10},{i % 7},{'cold' if i % 2 else 'hot'}" for i in range(60)]
    shapes = {
        "plain": rows,
        "row-names": [f'"{i}",{row}' for i, row in enumerate(rows, 1)],
        "delimiters": [f"{row},," for row in rows],
    }
    model = folder / "shapes"
    for shape, lines in shapes.items():
        table = folder / f"{shape}.csv"
        table.write_text("\n".join(["a,b,kind", *lines]) + "\n")
        if shape == "plain":
            for ending in ["json", "py"]:
                train = [program, table, "--headless", "--export", f"{model}.{ending}"]
                subprocess.run(train, check=True, capture_output=True)
        commands = [[program, "predict", f"{model}.json"], [sys.executable, "-I", f"{model}.py"]]
        said = [subprocess.run([*command, table], check=True, capture_output=True) for command in commands]
        first, second = [list(csv.reader(io.StringIO(one.stdout.decode()))) for one in said]
        cut = len(first[0]) - 2
        assert [row[:cut] for row in first[1:]] == [row[:cut] for row in second[1:]], shape
        assert len(first) == len(rows) + 1
    print(f"{len(shapes)} shapes of tables agree")


def programs_name_columns_as_predict(program, folder):
    """Compares Python and C with `predict` on columns of one name or of none, and Python on Windows-1252."""
    rows = [f"{i / 10},{i % 7},{i % 5},{'kühl' if i % 2 else 'heiß'}" for i in range(60)]
    for name, header, encoding in [("unnamed", "a,a,,kind", "utf-8"), ("western", "größe,a,b,kind", "cp1252")]:
        table, model = folder / f"{name}.csv", folder / name
        table.write_text("\n".join([header, *rows, ""]), encoding=encoding)
        for ending in ["json", "py", "c"]:
            train = [program, table, "--headless", "--export", f"{model}.{ending}"]
            subprocess.run(train, check=True, capture_output=True)
        subprocess.run(["cc", "-o", f"{model}-c", f"{model}.c", "-lm"], check=True)
        commands = [[program, "predict", f"{model}.json", table], [sys.executable, "-I", f"{model}.py", table]]
        # C compares bytes.
        commands += [[f"{model}-c"]] if encoding == "utf-8" else []
        said = []
        for command in commands:
            with open(table, "rb") as content:
                run = subprocess.run(command, stdin=content, check=True, capture_output=True)
            said.append([row[:5] for row in csv.reader(io.StringIO(run.stdout.decode()))][1:])
        assert len(said[0]) == len(rows) and all(one == said[0] for one in said), name
    print("programs name columns as predict")


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    checks = 0
    for name, arguments, table in tables.models(program, folder):
        model = Model(program, folder, name, arguments, table)
        checks += sum(check(model) for check in programs.CHECKS)
    python_reads_tables_as_predict(program, folder)
    programs_name_columns_as_predict(program, folder)
    cells.python_reads_cells_as_predict(program, folder)
    cells.python_reads_rows_as_predict(program, folder)
    cells.programs_read_delimiters_as_predict(program, folder)
    cells.programs_read_files_as_predict(program, folder)
    importance.compare(program, folder, ROOT / "datasets")
    print(f"{checks} passed, 0 failed")


if __name__ == "__main__":
    main()
