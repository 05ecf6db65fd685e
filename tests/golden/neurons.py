"""Golden numbers from PyTorch for single neurons, the reference for the inspector.

    python tests/golden/neurons.py > tests/golden/neurons.json

For each activation with each output and loss: the parameters, a mini-batch, and of each of its rows the
loss, every z, a and delta = dC/dz; then the gradient of the mean loss. Everything in float64, on numbers
that float32 holds exactly. Made with torch 2.15.
"""

import itertools
import json

import torch

from generate import ACTIVATIONS, exact, layers_of

SIZES = [3, 5, 4, 3]
ROWS = 4
ENDS = [
    ("softmax", "cross-entropy"),
    ("softmax", "quadratic"),
    ("sigmoid", "quadratic"),
    ("linear", "quadratic"),
    ("sigmoid", "cross-entropy"),
]
# After the others, whose random numbers stay the same.
LATER_ENDS = [("softmax", "huber"), ("sigmoid", "huber"), ("linear", "huber")]
OUTPUTS = {
    "softmax": lambda z: torch.softmax(z, dim=1),
    "sigmoid": torch.sigmoid,
    "linear": lambda z: z,
}


def run(hidden, output, loss):
    function = {**ACTIVATIONS, "linear": lambda z: z}[hidden]
    parameters = [
        (exact(n, m, scale=0.7).requires_grad_(), exact(n, scale=0.3).requires_grad_())
        for m, n in itertools.pairwise(SIZES)
    ]
    inputs = exact(ROWS, SIZES[0])
    targets = torch.eye(SIZES[-1])[torch.randint(SIZES[-1], (ROWS,))]
    zs, activations = [], []
    a = inputs
    for layer, (w, b) in enumerate(parameters, start=1):
        z = a @ w.T + b
        z.retain_grad()
        a = OUTPUTS[output](z) if layer == len(parameters) else function(z)
        zs.append(z)
        activations.append(a)
    if loss == "cross-entropy" and output == "sigmoid":
        entropy = torch.nn.functional.binary_cross_entropy_with_logits
        losses = entropy(zs[-1], targets, reduction="none").sum(dim=1)
    elif loss == "cross-entropy":
        losses = torch.nn.functional.cross_entropy(zs[-1], targets, reduction="none")
    elif loss == "huber":
        losses = torch.nn.functional.huber_loss(a, targets, reduction="none").sum(dim=1)
    else:
        losses = 0.5 * ((a - targets) ** 2).sum(dim=1)
    # Rows don't meet, so the derivative of the sum by a row's z is that row's delta.
    losses.sum().backward()
    return {
        "hidden": hidden,
        "output": output,
        "loss": loss,
        "sizes": SIZES,
        "parameters": layers_of(parameters),
        "inputs": inputs.tolist(),
        "targets": targets.tolist(),
        "losses": losses.tolist(),
        "z": [z.tolist() for z in zs],
        "a": [a.tolist() for a in activations],
        "delta": [z.grad.tolist() for z in zs],
        "gradient": layers_of([(w.grad / ROWS, b.grad / ROWS) for w, b in parameters]),
    }


def main():
    torch.manual_seed(77)
    records = [
        run(hidden, *end)
        for ends in [ENDS, LATER_ENDS]
        for hidden, end in itertools.product([*ACTIVATIONS, "linear"], ends)
    ]
    print("[")
    print(",\n".join(json.dumps(record) for record in records))
    print("]")


if __name__ == "__main__":
    main()
