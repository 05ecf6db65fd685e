"""Golden principal components from NumPy.

    python tests/golden/components.py > tests/golden/components.json

For tables of several shapes: the first two right singular vectors of the centred table, and their shares of the
variance. A vector's largest entry is positive. Numbers are ones that float32 holds exactly. Made with NumPy 2.4.
"""

import json

import numpy

# Rows, columns, and the number of independent columns.
SHAPES = [(30, 2, 2), (40, 5, 5), (60, 12, 12), (12, 20, 20), (50, 24, 3), (90, 32, 32)]


def exact(random, *shape):
    return random.integers(-512, 512, shape) / 256


def record(random, rows, columns, rank):
    table = exact(random, rows, columns)
    if rank < columns:
        table = exact(random, rows, rank) @ exact(random, rank, columns)
    table = table * 2.0 ** -(numpy.arange(columns) % 4)
    table = table.astype(numpy.float32).astype(float)
    _, singular, vectors = numpy.linalg.svd(table - table.mean(axis=0), full_matrices=False)
    vectors = vectors[:2]
    largest = numpy.abs(vectors).argmax(axis=1)
    vectors *= numpy.sign(vectors[[0, 1], largest])[:, None]
    return {
        "rows": table.tolist(),
        "mean": table.mean(axis=0).tolist(),
        "directions": vectors.tolist(),
        "shares": ((singular**2) / (singular**2).sum())[:2].tolist(),
    }


def main():
    random = numpy.random.default_rng(5)
    records = [record(random, *shape) for shape in SHAPES]
    print("[" + ",\n".join(json.dumps(record) for record in records) + "]")


if __name__ == "__main__":
    main()
