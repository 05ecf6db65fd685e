"""One mini-batch of a 2-2-1 sigmoid network, computed with plain Python as a reader does by hand.

    python tests/golden/by_hand.py

Quadratic loss, mini-batch of two rows, learning rate 1. Prints every number in the order of the quiz, to four decimals: those of
`src/tui/app/lesson/quiz/tests.rs`.
"""

import math

W1, B1 = [[1.0, -1.0], [0.5, 1.0]], [0.0, 0.0]
W2, B2 = [2.0, -1.0], 0.0
ROWS = [([1.0, -1.0], 1.0), ([1.0, 1.0], 0.0)]
RATE = 1.0


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def show(title, numbers):
    print(title, ", ".join(f'"{round(number, 4) + 0.0:g}"' for number in numbers))


gradients = []  # of each row: w1 and b1 of each hidden neuron, then w2 and b2
for name, (x, target) in zip("AB", ROWS):
    z1 = [sum(w * value for w, value in zip(W1[n], x)) + B1[n] for n in range(2)]
    a1 = [sigmoid(z) for z in z1]
    z2 = sum(w * a for w, a in zip(W2, a1)) + B2
    a2 = sigmoid(z2)
    loss = (a2 - target) ** 2 / 2
    delta2 = (a2 - target) * a2 * (1 - a2)
    delta1 = [W2[n] * delta2 * a1[n] * (1 - a1[n]) for n in range(2)]
    layer1 = [d for n in range(2) for d in (*(delta1[n] * value for value in x), delta1[n])]
    layer2 = [*(delta2 * a for a in a1), delta2]
    show(f"row {name}:", [*z1, *a1, z2, a2, loss, delta2, *layer2, *delta1, *layer1])
    gradients.append(layer1 + layer2)

old = [*W1[0], B1[0], *W1[1], B1[1], *W2, B2]
means = [sum(of_rows) / len(ROWS) for of_rows in zip(*gradients)]
show("mean gradients and new parameters:", [n for w, g in zip(old, means) for n in (g, w - RATE * g)])
