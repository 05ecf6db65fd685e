"""One library that trains the networks of `../works.rs`: `peer.py jax|torch|compiled|sklearn|numpy|book`.

Reads "<work> <seconds>" lines, answers each with samples a second; 0 where it cannot do the work.
"""

import os
import sys
import time

import numpy as np

BATCHES = 32
WORKS = {
    # sizes, batch, whether in the style of the book (sigmoid, quadratic, SGD) or modern (ReLU,
    # softmax cross-entropy, Adam)
    "w1_4_8_3": ([4, 8, 3], 10, True),
    "w2_784_30_10": ([784, 30, 10], 10, True),
    "w2_pictures": ([784, 30, 10], 10, True),
    "w3_784_128_64_10": ([784, 128, 64, 10], 64, False),
    "w3_pictures": ([784, 128, 64, 10], 64, False),
    "w4_784_1024_1024_10": ([784, 1024, 1024, 10], 256, False),
}
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


def data(work, kind=np.float32):
    """(batches, batch, inputs) and (batches, batch, classes)."""
    sizes, batch, _ = WORKS[work]
    random = np.random.default_rng(1)
    x = random.random((BATCHES * batch, sizes[0]))
    if work.endswith("pictures"):  # a square of 12 x 12 in the middle 20 x 20
        pictures = x.reshape(-1, 28, 28)
        for picture, (top, left) in zip(pictures, random.integers(4, 13, (len(x), 2))):
            inside = np.zeros((28, 28), bool)
            inside[top : top + 12, left : left + 12] = True
            picture[~inside] = 0.0
    y = np.eye(sizes[-1])[random.integers(0, sizes[-1], len(x))]
    shape = (BATCHES, batch, -1)
    return x.reshape(shape).astype(kind), y.reshape(shape).astype(kind)


def initial(sizes, kind=np.float32):
    random = np.random.default_rng(2)
    return [
        [(random.standard_normal((m, n)) * m**-0.5).astype(kind), np.zeros(n, kind)]
        for m, n in zip(sizes, sizes[1:])
    ]


def numpy_epoch(work):
    """By hand: whole mini-batches, in place where NumPy can."""
    sizes, batch, book = WORKS[work]
    xs, ys = data(work)
    layers = initial(sizes)
    moments = [[np.zeros_like(p) for p in layer for _ in range(2)] for layer in layers]
    steps = 0

    def sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))

    def step(x, y):
        nonlocal steps
        steps += 1
        activations = [x]
        for w, b in layers[:-1]:
            z = activations[-1] @ w
            z += b
            activations.append(sigmoid(z) if book else np.maximum(z, 0.0, out=z))
        z = activations[-1] @ layers[-1][0] + layers[-1][1]
        if book:
            a = sigmoid(z)
            delta = (a - y) * a * (1.0 - a)
        else:
            z -= z.max(axis=1, keepdims=True)
            p = np.exp(z)
            p /= p.sum(axis=1, keepdims=True)
            delta = p - y
        delta /= batch
        for l in range(len(layers) - 1, -1, -1):
            a = activations[l]
            gradients = (a.T @ delta, delta.sum(axis=0))
            if l > 0:
                delta = delta @ layers[l][0].T
                delta *= a * (1.0 - a) if book else a > 0.0
            for i, g in enumerate(gradients):
                if book:
                    layers[l][i] -= RATE * g
                    continue
                m, v = moments[l][2 * i], moments[l][2 * i + 1]
                m *= BETA1
                m += (1 - BETA1) * g
                v *= BETA2
                v += (1 - BETA2) * (g * g)
                rate = RATE * (1 - BETA2**steps) ** 0.5 / (1 - BETA1**steps)
                layers[l][i] -= rate * m / (np.sqrt(v) + EPSILON)

    def epoch():
        for x, y in zip(xs, ys):
            step(x, y)

    return epoch


def sklearn_epoch(work):
    """MLPClassifier has no quadratic loss; its own is softmax cross-entropy."""
    from sklearn.neural_network import MLPClassifier

    sizes, batch, book = WORKS[work]
    xs, ys = data(work)
    xs, ys = xs.reshape(-1, sizes[0]), ys.reshape(-1, sizes[-1]).argmax(axis=1)
    ys[: sizes[-1]] = np.arange(sizes[-1])
    model = MLPClassifier(
        sizes[1:-1],
        activation="logistic" if book else "relu",
        solver="sgd" if book else "adam",
        alpha=0.0,
        momentum=0.0,
        batch_size=batch,
        learning_rate_init=RATE,
        shuffle=False,
    )
    classes = np.arange(sizes[-1])
    return lambda: model.partial_fit(xs, ys, classes=classes)


def torch_epoch(work, is_compiled=False):
    import torch

    torch.set_num_threads(int(os.environ.get("PEER_THREADS", "1")))
    sizes, _, book = WORKS[work]
    xs, ys = (torch.from_numpy(it) for it in data(work))
    modules = []
    for m, n in zip(sizes, sizes[1:]):
        modules += [torch.nn.Linear(m, n), torch.nn.Sigmoid() if book else torch.nn.ReLU()]
    model = torch.nn.Sequential(*(modules if book else modules[:-1]))
    if book:
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE, fused=True)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)

    def loss_of(x, y):
        if book:
            return 0.5 * (model(x) - y).square().sum(dim=1).mean()
        return torch.nn.functional.cross_entropy(model(x), y)

    if is_compiled:
        loss_of = torch.compile(loss_of, mode="max-autotune-no-cudagraphs")

    def epoch():
        for x, y in zip(xs, ys):
            optimizer.zero_grad()
            loss_of(x, y).backward()
            optimizer.step()

    return epoch


def compiled_epoch(work):
    """PyTorch with its compiler."""
    return torch_epoch(work, is_compiled=True)


def jax_epoch(work):
    """The whole epoch is one compiled program."""
    import jax
    import jax.numpy as jnp

    sizes, _, book = WORKS[work]
    xs, ys = (jnp.asarray(it) for it in data(work))
    layers = jax.tree.map(jnp.asarray, initial(sizes))
    zeros = jax.tree.map(jnp.zeros_like, layers)

    def loss_of(layers, x, y):
        a = x
        for w, b in layers[:-1]:
            z = a @ w + b
            a = jax.nn.sigmoid(z) if book else jax.nn.relu(z)
        w, b = layers[-1]
        z = a @ w + b
        if book:
            return 0.5 * jnp.square(jax.nn.sigmoid(z) - y).sum(axis=1).mean()
        return -(y * jax.nn.log_softmax(z)).sum(axis=1).mean()

    def step(state, batch):
        layers, m, v, t = state
        loss, g = jax.value_and_grad(loss_of)(layers, *batch)
        t = t + 1
        if book:
            return (jax.tree.map(lambda p, g: p - RATE * g, layers, g), m, v, t), loss
        m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, g)
        v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, g)
        rate = RATE * jnp.sqrt(1 - BETA2**t) / (1 - BETA1**t)
        layers = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), layers, m, v
        )
        return (layers, m, v, t), loss

    run = jax.jit(lambda state: jax.lax.scan(step, state, (xs, ys)), donate_argnums=0)
    state = (layers, zeros, jax.tree.map(jnp.copy, zeros), jnp.float32(0))

    def epoch():
        nonlocal state
        state, loss = run(state)
        loss.block_until_ready()

    return epoch


def book_trainer(sizes):
    """Stochastic gradient descent as textbooks write it in Python: one sample at a time, f64.
    Returns a function that trains on mini-batches, each a pair of (batch, inputs) and (batch,
    classes), at a learning rate."""
    weights = [w.T.copy() for w, _ in initial(sizes, np.float64)]
    biases = [b.reshape(-1, 1) for _, b in initial(sizes, np.float64)]

    def sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))

    def gradient(x, y):
        activations = [x]
        for w, b in zip(weights, biases):
            activations.append(sigmoid(np.dot(w, activations[-1]) + b))
        delta = activations[-1] - y
        of_weights, of_biases = [], []
        for l in reversed(range(len(weights))):
            a = activations[l + 1]
            delta = delta * a * (1.0 - a)
            of_weights.insert(0, np.dot(delta, activations[l].T))
            of_biases.insert(0, delta)
            delta = np.dot(weights[l].T, delta)
        return of_weights, of_biases

    def train(batches, rate):
        for mini_x, mini_y in batches:
            sum_w = [np.zeros_like(w) for w in weights]
            sum_b = [np.zeros_like(b) for b in biases]
            for x, y in zip(mini_x, mini_y):
                of_weights, of_biases = gradient(x.reshape(-1, 1), y.reshape(-1, 1))
                sum_w = [s + g for s, g in zip(sum_w, of_weights)]
                sum_b = [s + g for s, g in zip(sum_b, of_biases)]
            share = rate / len(mini_x)
            weights[:] = [w - share * s for w, s in zip(weights, sum_w)]
            biases[:] = [b - share * s for b, s in zip(biases, sum_b)]

    return train


def book_epoch(work):
    sizes, _, book = WORKS[work]
    if not book:
        return None
    xs, ys = data(work, np.float64)
    train = book_trainer(sizes)
    return lambda: train(zip(xs, ys), RATE)


def main():
    make = globals()[sys.argv[1] + "_epoch"]
    epochs = {}
    for line in sys.stdin:
        work, seconds = line.split()
        if work not in epochs:
            epochs[work] = make(work)
            if epochs[work]:
                epochs[work]()  # Compiles, and finds cold caches.
        epoch = epochs[work]
        if epoch is None:
            print(0.0, flush=True)
            continue
        start, count, passed = time.perf_counter(), 0, 0.0
        while passed < float(seconds):
            epoch()
            count += 1
            passed = time.perf_counter() - start
        print(count * BATCHES * WORKS[work][1] / passed, flush=True)


if __name__ == "__main__":
    main()
