"""Golden numbers of the health of each layer from PyTorch.

    python tests/golden/health.py

Writes `health.csv`, a table whose rows are one mini-batch, and `health.json`: parameters, and for each layer the root mean
squares of the weights, of their gradient and of their change by one step, and the mean and standard deviation of the
activations. Everything in float64, on parameters that float32 holds exactly. Made with torch 2.15.
"""

import json
import math
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(11)

HERE = Path(__file__).parent
ROWS, INPUTS, CLASSES = 48, 3, "abc"

ACTIVATIONS = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu}
OPTIMIZERS = {
    "sgd": lambda parameters, rate: torch.optim.SGD(parameters, lr=rate),
    "adam": lambda parameters, rate: torch.optim.Adam(parameters, lr=rate),
    "rmsprop": lambda parameters, rate: torch.optim.RMSprop(parameters, lr=rate),
}
CASES = [
    ([5, 4], "tanh", "adam", 0.05),
    ([6], "sigmoid", "sgd", 0.5),
    ([8, 8, 8, 8], "sigmoid", "sgd", 0.25),
    ([8, 8], "relu", "rmsprop", 0.001),
    ([], "relu", "sgd", 1.0),
]


def exact(*shape, scale=1.0):
    return torch.round(torch.randn(*shape) * scale * 1024) / 1024


def rms(numbers):
    return numbers.square().mean().sqrt().item()


def case(values, classes, hidden, activation, optimizer, rate):
    inputs = (values - values.mean(0)) / values.std(0, unbiased=False)
    sizes = [INPUTS, *hidden, len(CLASSES)]
    weights = [exact(n, m, scale=1 / math.sqrt(m)).requires_grad_() for m, n in zip(sizes, sizes[1:])]
    biases = [exact(n, scale=0.1).requires_grad_() for n in sizes[1:]]
    initial = [{"weights": w.tolist(), "biases": b.tolist()} for w, b in zip(weights, biases)]
    step = OPTIMIZERS[optimizer](weights + biases, rate)
    a, activations = inputs, []
    for l, (w, b) in enumerate(zip(weights, biases)):
        z = a @ w.T + b
        a = ACTIVATIONS[activation](z) if l < len(hidden) else torch.softmax(z, 1)
        activations.append(a.detach())
    loss = torch.nn.functional.cross_entropy(z, classes)
    loss.backward()
    before = [w.detach().clone() for w in weights]
    gradients = [rms(w.grad) for w in weights]
    step.step()
    layers = [
        {
            "weights": rms(old),
            "gradients": gradient,
            "updates": rms(new.detach() - old),
            "mean": a.mean().item(),
            "std": a.std(unbiased=False).item(),
        }
        for old, new, gradient, a in zip(before, weights, gradients, activations)
    ]
    return {
        "hidden": hidden,
        "activation": activation,
        "optimizer": optimizer,
        "learning_rate": rate,
        "initial": initial,
        "layers": layers,
    }


values = exact(ROWS, INPUTS, scale=2.0)
classes = torch.arange(ROWS) % len(CLASSES)
lines = ["x,y,z,class"]
for row, label in zip(values.tolist(), classes.tolist()):
    lines.append(",".join([*map(repr, row), CLASSES[label]]))
(HERE / "health.csv").write_text("\n".join(lines) + "\n")
cases = [case(values, classes, *arguments) for arguments in CASES]
(HERE / "health.json").write_text(json.dumps(cases) + "\n")
