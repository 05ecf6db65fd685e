#!/usr/bin/env python3
"""Trains a network with PyTorch on the rows, from the weights and in the steps of a run of nn-tui.

    python3 FILE.py [TABLE]                          on the GPU, or on the CPU without one
    torchrun --nproc-per-node 4 FILE.py [TABLE]      in several processes, each with its part of every mini-batch
    nn-tui watch runs                                shows the losses, also while it trains

The losses of each epoch are those of nn-tui but for rounding. nn-tui predict, eval and --from take the model that is
saved; nn-tui DATA --from MODEL --headless -e 0 -o model.onnx makes an ONNX file of it.
"""

import argparse
import base64
import csv
#if dates
import datetime
#end
import gzip
import io
#if balanced
import itertools
#end
import json
import math
import os
import re
import struct
import sys
import zipfile
import zlib

try:
    import numpy
    import torch
    import torch.distributed as dist
    from torch import nn
except ImportError as error:
    sys.exit(f"{error}; it comes with: pip install numpy torch")

SIZES = @SIZES@  # Inputs, neurons of each hidden layer, outputs.
ACTIVATION, OUTPUT = nn.@ACTIVATION@, nn.@OUTPUT@
EPOCHS = @EPOCHS@
PATIENCE = @PATIENCE@  # Epochs without a lower validation loss after which it ends.
BATCH = @BATCH@
LEARNING_RATE = @LEARNING_RATE@
WEIGHT_DECAY = @WEIGHT_DECAY@
#if warm-up
WARM_UP = @WARM_UP@  # Epochs over which the learning rate rises.
#end
#if end
END = @END@  # Epochs after the warm-up until the learning rate has fallen.
#end
#if clip
CLIP = @CLIP@
#end
#if dropout
DROPOUT = @DROPOUT@
#end
#if smoothing
LABEL_SMOOTHING = @LABEL_SMOOTHING@
#end
SEED = @SEED@
# Of the generator that shuffles; it follows from the seed.
KEY = bytes.fromhex("@KEY@")


class Network(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*shape) for shape in zip(SIZES, SIZES[1:]))
        with torch.no_grad():
            for layer, initial in zip(self.layers, layers):
                layer.weight.copy_(torch.tensor(initial["weights"]))
                layer.bias.copy_(torch.tensor(initial["biases"]))

#if dropout
    def forward(self, x, masks=None):
        """The logits of the outputs: (rows, outputs). Masks drop hidden neurons."""
        for i, layer in enumerate(self.layers[:-1]):
            x = ACTIVATION(layer(x)) * (1.0 if masks is None else masks[i])
        return self.layers[-1](x)
#else
    def forward(self, x):
        """The logits of the outputs: (rows, outputs)."""
        for layer in self.layers[:-1]:
            x = ACTIVATION(layer(x))
        return self.layers[-1](x)
#end


def losses(z, y):
    """The loss of each row, from the logits and the targets of its outputs."""
#if outputs
    a = OUTPUT(z)
#end
    return @LOSS@


#if classes
def hits(z, y):
    """Whether the class of each row is predicted."""
#if single
    return (z[:, 0] >= 0) == (y[:, 0] >= 0.5)
#else
    return z.argmax(1) == y.argmax(1)
#end
#else
def hits(z, y):
    """The squared error of each row."""
    return ((OUTPUT(z) - y) ** 2).sum(1)
#end


def totals(loss, z, y):
    return torch.stack([loss.detach().double().sum(), hits(z.detach(), y).double().sum()])


def means(sums, y):
    loss, hit = sums.tolist()
#if classes
    return {"loss": loss / len(y), "accuracy": hit / len(y)}
#else
    return {"loss": loss / len(y), "r2": 1 - hit / ((y - y.mean()) ** 2).sum().item()}
#end


@torch.no_grad()
def evaluate(network, x, y):
    sums = 0
    for x_part, y_part in zip(x.split(4096), y.split(4096)):
        z = network(x_part)
        sums = sums + totals(losses(z, y_part), z, y_part)
    return means(sums, y)


def make_optimizer(network):
    """Weights decay, biases do not."""
    weights = {"params": [layer.weight for layer in network.layers], "weight_decay": WEIGHT_DECAY}
    biases = {"params": [layer.bias for layer in network.layers], "weight_decay": 0.0}
    return torch.optim.@OPTIMIZER@


#if schedule
def learning_rate(step, steps@DROPS@):
    """The learning rate of a step, from 0, of which an epoch has `steps`."""
    epoch = step // steps
#if warm-up
    if epoch < WARM_UP:
        return LEARNING_RATE * (step + 1) / (WARM_UP * steps)
    epoch -= WARM_UP
#end
#if step
    return LEARNING_RATE * @FACTOR@ ** (epoch // @EVERY@)
#end
#if cosine
    return LEARNING_RATE * (1 + math.cos(math.pi * min(epoch, END - 1) / END)) / 2
#end
#if one-cycle
    end = END * steps - 1
    peak, step = 0.3 * END * steps - 1, min(step, end)
    start, stop, share = (1 / 25, 1, step / peak) if step <= peak else (1, 1 / 250_000, (step - peak) / (end - peak))
    return LEARNING_RATE * (stop + (start - stop) * (1 + math.cos(math.pi * share)) / 2)
#end
#if constant
    return LEARNING_RATE
#end
#if plateau
    return LEARNING_RATE * drops
#end


#end
def train(arguments, rank, processes):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tables = read_table(arguments.table)
    (x, y), (x_validation, y_validation) = [[part.to(device) for part in table] for table in tables]
    model = json.loads(unpack(MODEL))
    network = parallel = Network(model["layers"]).to(device)
    if processes > 1:
        parallel = nn.parallel.DistributedDataParallel(network)
    optimizer = make_optimizer(network)
    log = open_log(arguments.events) if rank == 0 else None
    best, best_epoch, best_loss = None, 0, math.inf
#if schedule
    steps = math.ceil(len(x) / BATCH)
#end
#if plateau
    drops, bad_epochs, lowest = 1.0, 0, math.inf
#end
    epoch, step = 0, 0
    while epoch < arguments.epochs and (not PATIENCE or not len(x_validation) or epoch - best_epoch < PATIENCE):
        sums = torch.zeros(2, dtype=torch.float64, device=device)
        for batch in torch.tensor(row_order(epoch, y), device=device).split(BATCH):
#if schedule
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, steps@DROPS@)
#end
            part = slice(rank, None, processes)
            rows = batch[part]
#if dropout
            z = parallel(x[rows], [mask[part].to(device) for mask in dropout_masks(step, len(batch))])
#else
            z = parallel(x[rows])
#end
#if smoothing
            loss = losses(z, (1 - LABEL_SMOOTHING) * y[rows] + LABEL_SMOOTHING / max(SIZES[-1], 2))
#else
            loss = losses(z, y[rows])
#end
            optimizer.zero_grad()
            # The gradients of the processes are averaged, and the loss is the mean of the mini-batch.
            (loss.sum() * processes / len(batch)).backward()
#if clip
            nn.utils.clip_grad_norm_(network.parameters(), CLIP)
#end
            optimizer.step()
            sums += totals(loss, z, y[rows])
            step += 1
        epoch += 1
        if processes > 1:
            dist.all_reduce(sums)
        scores = {"train": means(sums, y)}
        if len(x_validation):
            scores["validation"] = evaluate(network, x_validation, y_validation)
        if not math.isfinite(scores["train"]["loss"]):
            sys.exit(f"diverged in epoch {epoch}: a smaller LEARNING_RATE helps")
        loss = scores.get("validation", scores["train"])["loss"]
        if log:
            log(epoch, step, scores, optimizer.param_groups[0]["lr"])
        if len(x_validation) and loss < best_loss:
            best, best_epoch, best_loss = [value.detach().clone() for value in network.parameters()], epoch, loss
#if plateau
        bad_epochs += 1
        if loss < lowest * (1 - 1e-4):
            bad_epochs, lowest = 0, loss
        if bad_epochs > @EVERY@:
            bad_epochs, drops = 0, drops * @FACTOR@
#end
    record = model["training"]
    record.update(epochs=epoch, steps=step)
#if best
    if best:
        # The weights of the epoch with the lowest validation loss.
        record.update(epochs=best_epoch, steps=best_epoch * math.ceil(len(x) / BATCH), best_of=epoch)
        for value, kept in zip(network.parameters(), best):
            value.data = kept
#end
    if rank == 0:
        sets = {"training": (x, y), "validation": (x_validation, y_validation)}
        scores = {name: evaluate(network, *rows) for name, rows in sets.items() if len(rows[0])}
        save(network, model, scores, arguments.output)


def save(network, model, sets, path):
    """Saves the model of nn-tui with the weights of the network, and the scores of these sets."""
    for name, scores in sets.items():
        known = {score: value for score, value in scores.items() if score != "r2" and math.isfinite(value)}
        model["training"][name] = known
    model["layers"] = [{"weights": layer.weight.tolist(), "biases": layer.bias.tolist()} for layer in network.layers]
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        json.dump(model, file)
    os.replace(file.name, path)
    print(f"saved {path}:", ", ".join(f"{name} loss {scores['loss']:.4g}" for name, scores in sets.items()))


def check_unused(arguments):
    """Ends the script rather than replace the results of another run."""
    if os.path.exists(arguments.output):
        sys.exit(f"{arguments.output}: exists already; --force replaces it, --output names another file")
    if os.path.isdir(arguments.events) and os.listdir(arguments.events):
        sys.exit(f"{arguments.events}: has a log already; --force replaces it, --events names another directory")


def open_log(folder):
    """Opens the log for nn-tui watch, an event file if TensorBoard is installed. Returns what adds an epoch to it."""
    os.makedirs(folder, exist_ok=True)
    try:
        from torch.utils.tensorboard import SummaryWriter
        # Readers drop what an earlier run has logged there.
        events = SummaryWriter(folder, purge_step=0)
    except ImportError:
        events, lines = None, open(os.path.join(folder, "log.jsonl"), "w", encoding="utf-8")

    def log(epoch, step, scores, rate):
        values = {f"{name}/{part}": value for part, known in scores.items() for name, value in known.items()}
        print(f"epoch {epoch}:", ", ".join(f"{name} {value:.4g}" for name, value in values.items()), flush=True)
        values = {"epoch": epoch, **values, "learning_rate": rate}
        if events:
            for name, value in values.items():
                events.add_scalar(name, value, step)
            events.flush()
        else:
            print(json.dumps({"step": step, **values}), file=lines, flush=True)

    return log


# The random numbers of nn-tui.


def random_words(key, stream, count):
    """The first `count` numbers from 0 up to 2^32 of the generator ChaCha8 with this key and stream."""
    blocks = numpy.arange(-(-count // 16), dtype=numpy.uint64)
    start = numpy.empty((16, len(blocks)), numpy.uint32)
    start[:12] = numpy.frombuffer(b"expand 32-byte k" + key, "<u4")[:, None]
    start[12], start[13] = blocks & 0xFFFFFFFF, blocks >> 32
    start[14], start[15] = stream & 0xFFFFFFFF, stream >> 32
    x = start.copy()
    columns = [(i, i + 4, i + 8, i + 12) for i in range(4)]
    diagonals = [(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4) for i in range(4)]
    for a, b, c, d in 4 * (columns + diagonals):
        for to, by, turned, bits in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)]:
            x[to] += x[by]
            x[turned] ^= x[to]
            x[turned] = x[turned] << bits | x[turned] >> 32 - bits
    return (x + start).T.reshape(-1)[:count]


def shuffle(items, numbers):
    """Shuffles a list (Fisher and Yates) by numbers from 0 up to 2^64."""
    for last in range(len(items) - 1, 0, -1):
        place = next(numbers) * (last + 1) >> 64
        items[last], items[place] = items[place], items[last]


def row_order(epoch, y):
    """The order of the training rows in an epoch, from 0."""
    numbers = iter(random_words(KEY, 2 << 32 | epoch, 4 * len(y)).view("<u8").tolist())
    order = list(range(len(y)))
#if balanced
    # Every class fills as many places as the others.
#if single
    labels = y[:, 0].long().tolist()
#else
    labels = y.argmax(1).tolist()
#end
    classes = [members for members in ([i for i in order if labels[i] == k] for k in range(max(labels) + 1)) if members]
    for k, members in enumerate(classes):
        shuffle(members, numbers)
        start, stop = k * len(y) // len(classes), (k + 1) * len(y) // len(classes)
        order[start:stop] = itertools.islice(itertools.cycle(members), stop - start)
#end
    shuffle(order, numbers)
    return order


#if dropout
def dropout_masks(step, rows):
    """The factors of the neurons of each hidden layer in a step, from 0: (rows, neurons)."""
    for layer, size in enumerate(SIZES[1:-1], start=1):
        key = struct.pack("<QQQ8s", SEED, step, layer, b"dropout ")
        dropped = random_words(key, 0, rows * size).reshape(rows, size) < int(DROPOUT * 2**32)
        yield torch.from_numpy(numpy.where(dropped, 0, 1 / (1 - DROPOUT)).astype(numpy.float32))


#end
# The table.

SOURCE, ENCODING, COMMENT = @SOURCE@, @ENCODING@, @COMMENT@
TARGET_COLUMN = @TARGET_COLUMN@
#if classes
CLASSES = @CLASSES@
SPELLINGS = @SPELLINGS@  # Of classes, other than theirs.
#else
TARGET_OFFSET, TARGET_MEAN, TARGET_DEVIATION = @TARGET_SCALE@
#end
PLACE_UNITS = @PLACE_UNITS@  # Behind the numbers of a column of the table.
PLACES = @PLACES@  # Of COLUMNS in the table, from 0.
@CELLS@


def read_table(path):
    """Inputs and targets, (rows, neurons) each, of the training rows and of the validation rows."""
    sets = unpack(SETS).decode()
#if built-in
    content = unpack(BUILT_IN) if path is None else content_of(path)
#else
    content = content_of(path)
#end
    text = content.decode(ENCODING).lstrip("\ufeff")
    # What is above the first row, and comments, become empty lines.
    first = len(sets) - len(sets.lstrip("."))
    lines = list(io.StringIO(text, newline=""))
    lines = ["\n" if i < first or COMMENT and line.startswith(COMMENT) else line for i, line in enumerate(lines)]
    if DELIMITER == " ":
        lines = [line.replace("\t", " ").strip(" \r\n") + "\n" for line in lines]
    csv.field_size_limit(1 << 30)
    has_spaced_quotes = QUOTE is not None and re.search(re.escape(DELIMITER) + " +" + re.escape(QUOTE), text) is not None
    reader = csv.reader(
        lines, delimiter=DELIMITER, quotechar=QUOTE, quoting=csv.QUOTE_MINIMAL if QUOTE else csv.QUOTE_NONE,
        skipinitialspace=DELIMITER == " " or has_spaced_quotes,
    )
    inputs, targets, line = {"t": [], "v": []}, {"t": [], "v": []}, 0
    for cells in reader:
        rows = sets[line : line + 1]
        if rows in inputs:
            try:
                inputs[rows].append(row_inputs(cells))
                targets[rows].append(row_targets(_bare(cells[TARGET_COLUMN].strip(BLANKS), PLACE_UNITS.get(TARGET_COLUMN))))
            except (ValueError, IndexError) as error:
                sys.exit(f"{path}, line {line + 1}: {error}; is it the table of the run?")
        line = reader.line_num
    if any(len(inputs[rows]) != sets.count(rows) for rows in inputs):
        sys.exit(f"{path}: it has other rows than the table of the run")
    return [
        [torch.tensor(inputs[rows]).reshape(-1, SIZES[0]), torch.tensor(targets[rows]).reshape(-1, SIZES[-1])]
        for rows in ("t", "v")
    ]


def content_of(path):
    try:
        with open(path, "rb") as file:
            return _unpacked(path, file.read())
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}; where the table is now: python3 {sys.argv[0]} TABLE")


def row_inputs(cells):
    """The inputs of a row."""
    inputs = []
    for place, (name, kind, *known) in zip(PLACES, COLUMNS):
        inputs += _encoded(_bare(cells[place], PLACE_UNITS.get(place)), kind, known, PERCENT is None or name in PERCENT)
    return inputs


def row_targets(cell):
    """The targets of the outputs."""
#if classes
    label = CLASSES.index(SPELLINGS.get(cell, cell))
#if single
    return [float(label)]
#else
    return [float(label == i) for i in range(len(CLASSES))]
#end
#else
    return [(_number(cell, TARGET_OFFSET, math.nan) - TARGET_MEAN) / TARGET_DEVIATION]
#end


def unpack(text):
    return zlib.decompress(base64.b64decode(text))


# For each line of the table t for training, v for validation, and . for no row of these.
SETS = """
@SETS@
"""

# Model of nn-tui before the first step, with the initial weights.
MODEL = """
@MODEL@
"""
#if built-in

# The table.
BUILT_IN = """
@BUILT_IN@
"""
#end


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("table", nargs="?", default=SOURCE, help="the table of the run")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--events", default=os.path.join("runs", @NAME@), help="directory of the log")
    parser.add_argument("--output", default="model.json", help="model for nn-tui")
    parser.add_argument("--force", action="store_true", help="replace the model and the log of another run")
    arguments = parser.parse_args()
#if built-in
#else
    if arguments.table is None:
        parser.error("which table?")
#end
    rank, processes = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if rank == 0 and not arguments.force:
        check_unused(arguments)
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
    if processes > 1:
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    train(arguments, rank, processes)
    if processes > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
