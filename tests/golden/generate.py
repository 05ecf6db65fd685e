"""Golden numbers from PyTorch, the reference for both the textbook and the fast engine.

    python tests/golden/generate.py > tests/golden/training.json

For each network and optimizer: the initial parameters, three mini-batches (the last one smaller),
and after each step the loss before it and all parameters. Everything in float64, on numbers that
float32 holds exactly, so that both engines start from the same ones. Made with torch 2.15.
"""

import itertools
import json
import zlib

import torch

torch.set_default_dtype(torch.float64)

ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky-relu": lambda z: torch.nn.functional.leaky_relu(z, 0.01),
    "gelu": torch.nn.functional.gelu,
    "silu": torch.nn.functional.silu,
    "elu": torch.nn.functional.elu,
    "softplus": torch.nn.functional.softplus,
}

OPTIMIZERS = {
    "sgd": lambda groups: torch.optim.SGD(groups, lr=0.5),
    "momentum": lambda groups: torch.optim.SGD(groups, lr=0.1, momentum=0.9),
    "nesterov": lambda groups: torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda groups: torch.optim.RMSprop(groups, lr=0.02, alpha=0.99, eps=1e-8),
    "adam": lambda groups: torch.optim.Adam(groups, lr=0.05, betas=(0.9, 0.999), eps=1e-8),
    "adamw": lambda groups: torch.optim.AdamW(groups, lr=0.05, betas=(0.9, 0.999), eps=1e-8),
}

NETWORKS = [
    # hidden activation, output, loss, sizes
    ("tanh", "softmax", "cross-entropy", [4, 5, 3]),
    ("sigmoid", "sigmoid", "quadratic", [3, 4, 2]),
    ("relu", "softmax", "cross-entropy", [4, 6, 5, 3]),
    ("leaky-relu", "linear", "quadratic", [2, 5, 4, 1]),
    ("gelu", "sigmoid", "cross-entropy", [3, 5, 2]),
    ("silu", "sigmoid", "cross-entropy", [3, 5, 2]),
    ("elu", "sigmoid", "cross-entropy", [3, 4, 1]),
    ("softplus", "linear", "quadratic", [3, 4, 2]),
    ("tanh", "linear", "huber", [3, 4, 2]),
]

WEIGHT_DECAYS = [0.0, 0.01]
BATCHES = [4, 4, 3]


def exact(*shape, scale=1.0):
    """Normal numbers, rounded so that float32 holds them and JSON shows them in full."""
    return torch.round(torch.randn(*shape) * scale * 1024) / 1024


def loss_of(output, loss, z, targets):
    """Mean over the batch; the quadratic loss has the half and sums over the outputs."""
    if loss == "cross-entropy" and output == "sigmoid":
        entropy = torch.nn.functional.binary_cross_entropy_with_logits
        return entropy(z, targets, reduction="none").sum(dim=1).mean()
    if loss == "cross-entropy":
        return torch.nn.functional.cross_entropy(z, targets)
    a = torch.sigmoid(z) if output == "sigmoid" else z
    if loss == "huber":
        return torch.nn.functional.huber_loss(a, targets, reduction="none").sum(dim=1).mean()
    return 0.5 * ((a - targets) ** 2).sum(dim=1).mean()


def targets_for(output, rows, size):
    if output == "linear":
        return exact(rows, size)
    if size == 1:
        return torch.randint(2, (rows, 1)).double()
    return torch.eye(size)[torch.randint(size, (rows,))]


def layers_of(parameters):
    return [
        {"weights": w.detach().tolist(), "biases": b.detach().tolist()} for w, b in parameters
    ]


def run(network, optimizer, decay):
    hidden, output, loss, sizes = network
    # A seed of its own, so that a new network or optimizer leaves the other records as they are.
    torch.manual_seed(zlib.crc32(repr((network, optimizer, decay)).encode()))
    parameters = [
        (exact(n, m, scale=0.7).requires_grad_(), exact(n, scale=0.3).requires_grad_())
        for m, n in itertools.pairwise(sizes)
    ]
    groups = [
        {"params": [w for w, _ in parameters], "weight_decay": decay},
        {"params": [b for _, b in parameters], "weight_decay": 0.0},
    ]
    torch_optimizer = OPTIMIZERS[optimizer](groups)
    record = {
        "hidden": hidden,
        "output": output,
        "loss": loss,
        "sizes": sizes,
        "optimizer": optimizer,
        "weight_decay": decay,
        "learning_rate": torch_optimizer.param_groups[0]["lr"],
        "initial": layers_of(parameters),
        "steps": [],
    }
    for rows in BATCHES:
        inputs = exact(rows, sizes[0])
        targets = targets_for(output, rows, sizes[-1])
        a = inputs
        for w, b in parameters[:-1]:
            a = ACTIVATIONS[hidden](a @ w.T + b)
        w, b = parameters[-1]
        value = loss_of(output, loss, a @ w.T + b, targets)
        torch_optimizer.zero_grad()
        value.backward()
        torch_optimizer.step()
        record["steps"].append(
            {
                "inputs": inputs.tolist(),
                "targets": targets.tolist(),
                "loss": value.item(),
                "after": layers_of(parameters),
            }
        )
    return record


def main():
    records = [run(*it) for it in itertools.product(NETWORKS, OPTIMIZERS, WEIGHT_DECAYS)]
    print("[")
    print(",\n".join(json.dumps(record) for record in records))
    print("]")


if __name__ == "__main__":
    main()
