"""Trains the same networks in nn-tui and in other programs, and prints how they compare.

    python tests/benches/peers/compare.py [--threads 2] [--rounds 7] [--seconds 0.5] [--here]

Makes a Python environment with the libraries in target/peers (--here: uses the one it runs in),
builds the C loop and the engine, and lets all take turns, with as many threads each, so that
whatever else the machine does hits all alike. Prints samples a second: the median over the rounds,
the spread, and how many times nn-tui's median is that of the other.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
LIBRARIES = ["numpy", "scikit-learn", "torch", "jax"]
PEERS = ["jax", "torch", "compiled", "sklearn", "numpy", "book"]
WORKS = [
    "w1_4_8_3",
    "w2_784_30_10",
    "w2_pictures",
    "w3_784_128_64_10",
    "w3_pictures",
    "w4_784_1024_1024_10",
]


def environment(threads):
    """What holds the libraries to so many threads."""
    one = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PEER_THREADS"]
    own = {name: str(threads) for name in names}
    return os.environ | own | {"JAX_PLATFORMS": "cpu"} | ({"XLA_FLAGS": one} if threads == 1 else {})


def python_with_libraries():
    home = ROOT / "target" / "peers"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *LIBRARIES], check=True)
    return str(python)


def start(command, threads):
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    # All on the same cores: none of them can gain from more.
    pin = (lambda: os.sched_setaffinity(0, cores[-threads:])) if cores else None
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(threads),
        preexec_fn=pin,
    )


def programs(python, threads):
    bench = ["cargo", "bench", "--locked", "--bench", "samples_per_second"]
    subprocess.run([*bench, "--no-run"], cwd=ROOT, check=True)
    yield "nn-tui", start([*bench, "--quiet", "--", str(threads)], threads)
    if threads == 1:
        loop = ROOT / "target" / "loop"
        flags = ["-O3", "-march=native", "-ffast-math"]
        subprocess.run(["gcc", *flags, HERE / "loop.c", "-o", loop, "-lm"], check=True)
        yield "C loop", start([loop], threads)
    for peer in PEERS:
        yield peer, start([python, HERE / "peer.py", peer], threads)


def measure(program, work, seconds):
    try:
        program.stdin.write(f"{work} {seconds}\n")
        program.stdin.flush()
        return float(program.stdout.readline())
    except (BrokenPipeError, ValueError):
        return 0.0  # Not installed, or not able to.


def print_table(work, found, operations, peak):
    own = statistics.median(found["nn-tui"])
    print(f"\n{work}\n{'':10}{'samples/s':>12}{'least':>12}{'most':>12}{'nn-tui is':>12}")
    for name, rates in found.items():
        median = statistics.median(rates)
        if median:
            ratio = f"{own / median:.2f} x"
            print(f"{name:10}{median:12,.0f}{min(rates):12,.0f}{max(rates):12,.0f}{ratio:>12}")
    share = own * operations / statistics.median(peak)
    print(f"nn-tui does {own * operations / 1e9:.1f} GFLOP/s, {100 * share:.0f} % of the peak,")
    print("the multiplications by zero that it leaves out counted as done")
    sys.stdout.flush()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--threads", type=int, choices=[1, 2], default=1)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=0.5)
    arguments.add_argument("--works", nargs="*", default=WORKS)
    arguments.add_argument("--here", action="store_true")
    arguments = arguments.parse_args()
    python = sys.executable if arguments.here else python_with_libraries()
    running = dict(programs(python, arguments.threads))
    for work in arguments.works:
        operations = measure(running["nn-tui"], work, "operations")
        found, peak = {name: [] for name in running}, []
        for _ in range(arguments.rounds):
            peak.append(arguments.threads * measure(running["nn-tui"], "peak", 0.1))
            for name, program in running.items():
                found[name].append(measure(program, work, arguments.seconds))
        print_table(work, found, operations, peak)
    for program in running.values():
        program.stdin.close()


if __name__ == "__main__":
    main()
