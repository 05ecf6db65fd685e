"""Golden numbers of learning rate schedules, gradient clipping, dropout and label smoothing from PyTorch.

    python tests/golden/refinements.py > tests/golden/refinements.json

`schedules`: the factor of the learning rate at every step of a run. `trainings`: mini-batches with the masks of dropout,
and after each step the loss before it, the norm of the gradient before clipping, and all parameters. Everything in
float64, on numbers that float32 holds exactly. Made with torch 2.15.
"""

import json
import math

import torch
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)
torch.manual_seed(7)

EPOCHS, BATCHES = 12, 5


def rates(make, warm_up=0, losses=None):
    """Factors of the rate at each step. `make` creates the scheduler of what follows a linear warm-up."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    factors = []
    if warm_up:
        steps = warm_up * BATCHES
        linear = lr_scheduler.LinearLR(optimizer, start_factor=1 / steps, total_iters=steps - 1)
        for _ in range(steps):
            factors.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            linear.step()
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, by_step = make(optimizer)
    for epoch in range(warm_up, EPOCHS):
        for _ in range(BATCHES):
            factors.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if by_step:
                scheduler.step()
        if losses:
            scheduler.step(losses[epoch])
        elif not by_step:
            scheduler.step()
    return factors


def step(optimizer):
    return lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5), False


def cosine(epochs):
    return lambda optimizer: (lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs), False)


def one_cycle(epochs):
    def make(optimizer):
        steps = epochs * BATCHES
        cycle = lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=steps, cycle_momentum=False)
        # The step after the last is not taken.
        real = cycle.step
        cycle.step = lambda: real() if cycle.last_epoch + 1 < steps else None
        return cycle, True

    return make


def plateau(optimizer):
    return lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.1, patience=2), False


LOSSES = [1.0, 0.8, 0.9, 0.80001, 0.85, 0.7, 0.71, 0.72, math.nan, 0.73, 0.69999, 0.5]


def schedules():
    for name, warm_up, make in [
        ("step 3 0.5", 0, step),
        ("step 3 0.5", 2, step),
        ("cosine", 0, cosine(EPOCHS)),
        ("cosine", 4, cosine(EPOCHS - 4)),
        ("one-cycle", 0, one_cycle(EPOCHS)),
        ("one-cycle", 3, one_cycle(EPOCHS - 3)),
        ("plateau 2 0.1", 0, plateau),
    ]:
        losses = LOSSES if name.startswith("plateau") else None
        yield {
            "schedule": name,
            "warm_up": warm_up,
            "epochs": EPOCHS,
            "batches": BATCHES,
            "losses": [None if math.isnan(loss) else loss for loss in losses or []],
            "factors": rates(make, warm_up, losses),
        }


def exact(*shape, scale=1.0):
    return torch.round(torch.randn(*shape) * scale * 1024) / 1024


def layers(parameters):
    pairs = zip(parameters[::2], parameters[1::2])
    return [{"weights": w.tolist(), "biases": b.tolist()} for w, b in pairs]


def training(sizes, clip, dropout, smoothing, weight_decay):
    """Three steps of Adam with L2 weight decay on tanh layers and softmax."""
    parameters = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        parameters.append(exact(outputs, inputs, scale=1 / math.sqrt(inputs)).requires_grad_())
        parameters.append(exact(outputs, scale=0.1).requires_grad_())
    weights, biases = parameters[::2], parameters[1::2]
    optimizer = torch.optim.Adam(
        [{"params": weights, "weight_decay": weight_decay}, {"params": biases}], lr=0.05
    )
    loss_function = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    initial, steps = layers(parameters), []
    for rows in [6, 6, 5]:
        inputs = exact(rows, sizes[0])
        classes = torch.randint(sizes[-1], (rows,))
        kept = 1 / (1 - dropout)
        masks = [(torch.rand(rows, size) >= dropout) * kept for size in sizes[1:-1]]
        a = inputs
        for l, (w, b) in enumerate(zip(weights, biases)):
            a = a @ w.T + b
            if l < len(masks):
                a = torch.tanh(a) * masks[l]
        loss = loss_function(a, classes)
        optimizer.zero_grad()
        loss.backward()
        limit = math.inf if clip is None else clip
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
        optimizer.step()
        steps.append(
            {
                "inputs": inputs.tolist(),
                "classes": classes.tolist(),
                "masks": [mask.tolist() for mask in masks] if dropout else [],
                "loss": loss.item(),
                "norm": norm.item(),
                "after": layers(parameters),
            }
        )
    return {
        "sizes": sizes,
        "clip": clip,
        "label_smoothing": smoothing,
        "weight_decay": weight_decay,
        "initial": initial,
        "steps": steps,
    }


TRAININGS = [
    # sizes, clip, dropout, label smoothing, weight decay
    ([4, 6, 3], 0.125, 0.0, 0.0, 0.01),
    ([4, 20, 18, 3], 0.25, 0.0, 0.0, 0.0),
    ([4, 6, 3], None, 0.5, 0.0, 0.0),
    ([4, 20, 18, 3], None, 0.25, 0.0, 0.0),
    ([4, 6, 3], None, 0.0, 0.25, 0.0),
    ([4, 20, 18, 5], 0.5, 0.5, 0.125, 0.01),
]

print(
    json.dumps(
        {
            "schedules": list(schedules()),
            "trainings": [training(*case) for case in TRAININGS],
        }
    )
)
