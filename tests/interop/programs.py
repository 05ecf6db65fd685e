"""Comparisons with other programs; each returns whether it applies to the model."""

import csv
import importlib.util
import io
import json
import math
import subprocess
import sys

import numpy

try:
    import torch
except ImportError:
    torch = None
    print("torch is not installed: nothing is compared with it")


ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + numpy.exp(-z)),
    "tanh": numpy.tanh,
    "relu": lambda z: numpy.maximum(z, 0),
    "leaky-relu": lambda z: numpy.where(z < 0, 0.01 * z, z),
    "gelu": lambda z: z * (1 + numpy.vectorize(math.erf)(z / math.sqrt(2))) / 2,
    "silu": lambda z: z / (1 + numpy.exp(-z)),
    "elu": lambda z: numpy.where(z > 0, z, numpy.expm1(z)),
    "softplus": lambda z: numpy.logaddexp(0, z),
    "linear": lambda z: z,
}


def softmax(z):
    powers = numpy.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def functions(model):
    """Returns the activation of each layer."""
    shape = model.document["architecture"]
    hidden = [shape["hidden_activation"]] * (len(shape["sizes"]) - 2)
    return [*hidden, shape["output_activation"]]


def onnx_runtime(model):
    import onnx
    import onnxruntime

    file = str(model.file("onnx"))
    graph = onnx.load(file)
    onnx.checker.check_model(graph, full_check=True)
    texts = model.texts()
    versions = {it.domain: it.version for it in graph.opset_import}
    assert (graph.ir_version, versions) == ((9, {"": 20}) if texts[0] else (8, {"": 13}))
    metadata = {it.key: it.value for it in graph.metadata_props}
    for key, is_number in [("numbers", True), ("texts", False)]:
        columns = [column for column in model.columns if model.is_number(column) == is_number]
        names = [column["name"] for column in columns]
        assert json.loads(metadata.get(key, "[]")) == names
    session = onnxruntime.InferenceSession(file)
    given = {"numbers": model.numbers(), "texts": numpy.array(texts, object)}
    given = {it.name: given[it.name] for it in session.get_inputs()}
    answers = dict(zip([it.name for it in session.get_outputs()], session.run(None, given)))
    if model.is_regression:
        model.compare("onnx runtime", answers["prediction"])
    else:
        numbers = answers.get("probabilities", answers.get("outputs"))
        model.compare("onnx runtime", numbers, answers["label"])
    return True


def missing_history(model):
    """No program predicts a number for a row that lacks an earlier target, as nn-tui does not."""
    import onnxruntime

    wanted = [column for column in model.columns if model.is_number(column)]
    lags = [place for place, column in enumerate(wanted) if column.get("derived", {}).get("type") == "lag"]
    if not lags or model.texts()[0]:
        return False
    rows = numpy.repeat(model.numbers()[:1], len(lags), axis=0)
    rows[range(len(lags)), lags] = numpy.nan
    session = onnxruntime.InferenceSession(str(model.file("onnx")))
    assert numpy.isnan(session.run(["prediction"], {"numbers": rows})[0]).all()
    names = ",".join(f'"{column["name"]}"' for column in wanted)
    lines = [",".join("" if numpy.isnan(number) else str(number) for number in row) for row in rows]
    table = "\n".join([names, *lines, ""])
    subprocess.run(["cc", "-o", "history-c", "model.c", "-lm"], check=True, cwd=model.folder)
    run = subprocess.run([model.folder / "history-c"], input=table.encode(), check=True, capture_output=True)
    assert [line.rsplit(",", 1)[1] for line in run.stdout.decode().splitlines()[1:]] == [""] * len(lags)
    nan = "f64::NAN" if model.has_offset() else "f32::NAN"
    values = [[nan if numpy.isnan(x) else f"{x:e}" for x in row] for row in rows]
    calls = "".join(f"    assert!(model::predict(&[{', '.join(row)}]).is_nan());\n" for row in values)
    main = f'#[path = "model.rs"]\nmod model;\nfn main() {{\n{calls}}}\n'
    (model.folder / "history.rs").write_text(main, encoding="utf-8")
    rustc = ["rustc", "--edition", "2024", "-D", "warnings", "-o", "history", "history.rs"]
    subprocess.run(rustc, check=True, cwd=model.folder)
    subprocess.run([model.folder / "history"], check=True)
    return True


def numpy_archive(model):
    file = numpy.load(model.file("npz"))
    assert json.loads(file["nn-tui"].tobytes())["architecture"] == model.document["architecture"]
    a = model.inputs()
    for i, function in enumerate(functions(model)):
        z = a @ file[f"layers.{i}.weight"].T + file[f"layers.{i}.bias"]
        a = softmax(z) if function == "softmax" else ACTIVATIONS[function](z)
    model.compare("numpy, .npz", model.in_unit(a))
    return True


def torch_modules(model):
    if torch is None:
        return False
    from safetensors.torch import load_file

    sizes = model.document["architecture"]["sizes"]
    network = torch.nn.Module()
    pairs = zip(sizes, sizes[1:])
    network.layers = torch.nn.ModuleList(torch.nn.Linear(i, o) for i, o in pairs)
    network.load_state_dict(load_file(model.file("safetensors")), strict=True)
    known = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky-relu": torch.nn.functional.leaky_relu,
        "gelu": torch.nn.functional.gelu,
        "silu": torch.nn.functional.silu,
        "elu": torch.nn.functional.elu,
        "softplus": torch.nn.functional.softplus,
        "linear": lambda z: z,
        "softmax": lambda z: torch.softmax(z, dim=1),
    }
    a = torch.from_numpy(model.inputs())
    with torch.no_grad():
        for layer, function in zip(network.layers, functions(model)):
            a = known[function](layer(a))
    model.compare("torch, .safetensors", model.in_unit(a.numpy()))
    return True


def scikit_learn(model):
    from safetensors.numpy import load_file
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    *hidden, last = functions(model)
    names = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu", "linear": "identity"}
    hidden = hidden[0] if hidden else "linear"
    if hidden not in names or last != ("linear" if model.is_regression else "softmax"):
        return False
    tensors = load_file(model.file("safetensors"))
    depth = len(tensors) // 2
    weights = [tensors[f"layers.{i}.weight"].T.astype(float) for i in range(depth)]
    biases = [tensors[f"layers.{i}.bias"].astype(float) for i in range(depth)]
    inputs = model.inputs().astype(float)
    kind = MLPRegressor if model.is_regression else MLPClassifier
    sizes = model.document["architecture"]["sizes"]
    other = kind(hidden_layer_sizes=sizes[1:-1], activation=names[hidden], max_iter=1, solver="sgd")
    # One training step creates the layers, whose weights are then replaced.
    classes = model.task.get("classes", ["a", "b"])
    rows = inputs[numpy.arange(2 * len(classes)) % len(inputs)]
    if model.is_regression:
        other.partial_fit(rows, numpy.arange(len(rows)))
    else:
        other.partial_fit(rows, numpy.array(classes * 2), classes=numpy.array(sorted(classes)))
        # scikit-learn sorts the classes, and has one output for two classes: the second's logit
        # minus the first's.
        order = numpy.argsort(classes)
        weights[-1], biases[-1] = weights[-1][:, order], biases[-1][order]
        if len(classes) == 2:
            weights[-1], biases[-1] = numpy.diff(weights[-1]), numpy.diff(biases[-1])
    other.coefs_, other.intercepts_ = weights, biases
    if model.is_regression:
        model.compare("scikit-learn", model.in_unit(other.predict(inputs)))
    else:
        found = numpy.empty(model.expected.shape)
        found[:, order] = other.predict_proba(inputs)
        model.compare("scikit-learn", found, other.predict(inputs))
    return True


def python_code(model):
    spec = importlib.util.spec_from_file_location("model", model.file("py"))
    code = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(code)
    rows = []
    for i in model.usable:
        row = {}
        for column in model.columns:
            derived = column.get("derived", {"from": column["name"]})
            if derived.get("type") == "lag":
                row[column["name"]] = model.lagged(i, derived["rows"])
            else:
                row[derived["from"]] = model.cell(model.rows[i], derived["from"])
        rows.append(row)
    answers = [code.predict(row) for row in rows]
    if model.is_regression:
        model.compare("python", answers)
    else:
        model.compare("python", [code.outputs(row) for row in rows], answers)
    command = [sys.executable, "-I", model.file("py"), model.table]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert len(said.splitlines()) >= len(model.rows) + 1
    if model.is_regression:
        own = len(model.rows[0])
        predicted = [row[own] for row in list(csv.reader(io.StringIO(said)))[1:]]
        assert numpy.array_equal(numpy.flatnonzero([bool(it) for it in predicted]), model.usable)
        model.compare("python, table", [float(it) for it in predicted if it])
    return True


def rust_code(model):
    """Compiles the code for `core` alone, then as part of a program that prints predictions."""
    numbers, texts = model.numbers(), model.texts()

    def rust_text(text):
        return '"' + "".join(f"\\u{{{ord(letter):x}}}" for letter in text) + '"'

    calls = []
    for row in range(len(model.usable)):
        lists = []
        if numbers.shape[1]:
            # repr of a float32 as such: the fewest digits that read back as the same.
            own = [numpy.format_float_scientific(x, trim="0") for x in numbers[row]]
            nan = "f64::NAN" if model.has_offset() else "f32::NAN"
            lists.append([nan if x == "nan" else x for x in own])
        if texts[row]:
            lists.append([rust_text(text) for text in texts[row]])
        arguments = ", ".join(f"&[{', '.join(it)}]" for it in lists)
        calls.append(f"    show(model::predict({arguments}));")
        if not model.is_regression:
            calls.append(f"    model::outputs({arguments}).into_iter().for_each(|it| show(it));")
    module = '#[path = "model.rs"]\npub mod model;\n'
    show = "fn show(it: impl core::fmt::Display) {\n    print!(\"{it}\\0\");\n}\n"
    body = "\n".join(calls)
    (model.folder / "core.rs").write_text(f"#![no_std]\n{module}", encoding="utf-8")
    (model.folder / "main.rs").write_text(f"{module}{show}fn main() {{\n{body}\n}}\n", encoding="utf-8")
    rustc = ["rustc", "--edition", "2024", "-D", "warnings"]
    for more in (["--crate-type", "rlib", "core.rs"], ["-o", "program", "main.rs"]):
        subprocess.run([*rustc, *more], check=True, cwd=model.folder)
    said = subprocess.run([model.folder / "program"], check=True, capture_output=True)
    # Answers may be of several lines.
    said = numpy.array(said.stdout.decode().split("\0")[:-1]).reshape(len(model.usable), -1)
    if model.is_regression:
        model.compare("rust", said.astype(float))
    else:
        model.compare("rust", said[:, 1:].astype(float), said[:, 0])
    return True


def c_code(model):
    """Compiles the code as C99 without warnings and runs its program on the table."""
    for options in (["-DMODEL_NO_MAIN", "-c", "model.c"], ["-o", "program-c", "model.c", "-lm"]):
        cc = ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-O2", *options]
        subprocess.run(cc, check=True, cwd=model.folder)
    table, own = model.table, len(model.rows[0])
    if any("derived" in column for column in model.columns):
        # Parts of dates and earlier targets are columns.
        table, own = model.folder / "derived.csv", len(model.columns)
        names = [
            column["name"] for wanted in (True, False) for column in model.columns if model.is_number(column) == wanted
        ]
        # An empty cell is missing in every model.
        shown = lambda number: "" if numpy.isnan(number) else str(number)
        cells = [[*map(shown, numbers), *texts] for numbers, texts in zip(model.numbers(), model.texts())]
        with open(table, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([names, *cells])
    with open(table, encoding="utf-8") as table:
        run = subprocess.run([model.folder / "program-c"], stdin=table, check=True, capture_output=True)
    # Answers may be of several lines.
    _, *rows = csv.reader(io.StringIO(run.stdout.decode(), newline=""))
    added = [row[own:] for row in rows]
    if model.is_regression:
        model.compare("c", [float(number) for number, in added])
    else:
        model.compare("c", [row[1:] for row in added], [row[0] for row in added])
    return True


CHECKS = [onnx_runtime, missing_history, numpy_archive, torch_modules, scikit_learn, python_code, rust_code, c_code]
