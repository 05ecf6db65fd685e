"""Logs: TensorBoard loads those of nn-tui, and `nn-tui watch` those of other writers; see run.py."""

import csv
import json
import math
import os
import pathlib
import subprocess
import sys

import numpy

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2
except ImportError:
    print("logs: skipped, TensorBoard is not installed")
    sys.exit(0)


def load(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0, "histograms": 0})
    accumulator.Reload()
    return accumulator


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def own_logs(program, folder):
    """TensorBoard's own loader finds the values that the run has printed."""
    runs = folder / "runs"
    command = [program, "iris", "--headless", "--json", "--hidden", "8,4", "--log", f"{runs}/", "-e"]
    lines = subprocess.run([*command, "25"], check=True, capture_output=True, text=True).stdout.splitlines()
    epochs = [line for line in map(json.loads, lines) if line["event"] == "epoch"]
    events = load(runs)
    tags = {"loss/train": "train_loss", "loss/validation": "val_loss", "accuracy/train": "train_accuracy",
            "accuracy/validation": "val_accuracy", "learning_rate": "learning_rate", "epoch": "epoch"}
    for tag, member in tags.items():
        found = [(event.step, event.value) for event in events.Scalars(tag)]
        expected = [(epoch["step"], epoch[member]) for epoch in epochs]
        assert [step for step, _ in found] == [step for step, _ in expected], tag
        assert all(math.isclose(a, b, rel_tol=1e-6) for (_, a), (_, b) in zip(found, expected)), tag
    for kind, counts in {"weights": [32, 32, 12], "biases": [8, 4, 3], "gradients": [32, 32, 12]}.items():
        for layer, count in enumerate(counts, start=1):
            tag = f"{kind}/layer {layer}"
            assert events.summary_metadata[tag].plugin_data.plugin_name == "histograms", tag
            for event in events.Tensors(tag):
                assert [dim.size for dim in event.tensor_proto.tensor_shape.dim] == [30, 3]
                rows = numpy.frombuffer(event.tensor_proto.tensor_content, "<f8").reshape(30, 3)
                assert rows[:, 2].sum() == count and (rows[:, 0] <= rows[:, 1]).all(), tag
    assert b"--hidden 8,4" in events.Tensors("command")[0].tensor_proto.string_val[0]
    content = events.summary_metadata["_hparams_/session_start_info"].plugin_data.content
    start = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info
    assert start.hparams["hidden"].string_value == "8,4" and start.hparams["lr"].number_value == 0.003
    # A run that is logged over another one purges it.
    subprocess.run([*command, "3", "--force"], check=True, capture_output=True)
    assert [event.value for event in load(runs).Scalars("epoch")] == [1, 2, 3]
    print("logs: TensorBoard shows the values of the run")


def watched(program, path):
    text = subprocess.run([program, "watch", "--json", path], check=True, capture_output=True, text=True).stdout
    return {run["run"]: run for run in json.loads(text)["runs"]}


def writers():
    try:
        from torch.utils.tensorboard import SummaryWriter
        yield "torch", SummaryWriter
    except ImportError:
        print("logs: torch is not installed")
    try:
        from tensorboardX import SummaryWriter
        yield "tensorboardX", SummaryWriter
    except ImportError:
        print("logs: tensorboardX is not installed")


def other_logs(program, folder):
    """`nn-tui watch` finds the newest values that TensorBoard's own loader finds."""
    for name, writer in writers():
        log = folder / name
        with writer(str(log)) as events:
            for step in range(50):
                events.add_scalar("loss/train", 1 / (step + 1), step)
                events.add_scalar("bad", math.nan if step == 49 else 0.5, step)
            events.add_histogram("weights", numpy.arange(100.0), 3)
            events.add_text("notes", "hello", 0)
        expected = load(log)
        run = watched(program, log)[name]
        for tag in expected.Tags()["scalars"]:
            last = expected.Scalars(tag)[-1]
            found = run["values"][tag]
            value = math.nan if found["value"] is None else found["value"]
            assert found["step"] == last.step and same(value, last.value), tag
        total = sum(row[2] for row in run["histograms"]["weights"]["buckets"])
        assert total == 100 and run["text"]["notes"] == "hello", run
        print(f"logs: nn-tui watch shows the values written by {name}")


def keras_logs(program, folder):
    """`nn-tui watch` shows the last row of Keras' own CSVLogger."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    try:
        import keras
    except ImportError:
        print("logs: Keras, or PyTorch for it, is not installed")
        return
    inputs = numpy.random.default_rng(3).random((200, 3), numpy.float32)
    network = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    network.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    for separator in ",;":
        path = folder / f"keras{ord(separator)}.csv"
        logger = keras.callbacks.CSVLogger(str(path), separator=separator)
        network.fit(inputs, inputs.sum(1) > 1.5, validation_split=0.2, epochs=9, verbose=0, callbacks=[logger])
        with path.open(newline="") as file:
            *_, last = csv.DictReader(file, delimiter=separator)
        values = watched(program, path)[path.stem]["values"]
        for name in ("loss", "val_loss", "accuracy", "val_accuracy"):
            found = values[name]
            assert (found["step"], found["value"]) == (8, float(last[name])), (name, found, last)
    print("logs: nn-tui watch shows the values that Keras logs")


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    own_logs(program, folder)
    other_logs(program, folder)
    keras_logs(program, folder)


if __name__ == "__main__":
    main()
