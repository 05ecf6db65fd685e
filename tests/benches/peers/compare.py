"""Trains the same networks in nn-tui and in other programs, and prints how they compare.

    python tests/benches/peers/compare.py [--rounds 7] [--seconds 0.5] [--here]

Makes a Python environment with the libraries in target/peers (--here: uses the one it runs in),
builds the C loop and the engine, and lets all take turns, one thread each, so that whatever else
the machine does hits all alike. Prints samples a second: the median over the rounds, the spread,
and how many times nn-tui's median is that of the other.
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
PEERS = ["jax", "torch", "sklearn", "numpy", "book"]
WORKS = [
    "w1_4_8_3",
    "w2_784_30_10",
    "w2_pictures",
    "w3_784_128_64_10",
    "w3_pictures",
    "w4_784_1024_1024_10",
]
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def python_with_libraries():
    home = ROOT / "target" / "peers"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *LIBRARIES], check=True)
    return str(python)


def start(command):
    core = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    # All on the same core: none of them can gain from a second one.
    pin = (lambda: os.sched_setaffinity(0, {max(core)})) if core else None
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | ONE_THREAD,
        preexec_fn=pin,
    )


def programs(python):
    subprocess.run(
        ["cargo", "bench", "--bench", "samples_per_second", "--no-run"], cwd=ROOT, check=True
    )
    yield "nn-tui", start(["cargo", "bench", "--quiet", "--bench", "samples_per_second"])
    loop = ROOT / "target" / "loop"
    flags = ["-O3", "-march=native", "-ffast-math"]
    subprocess.run(["gcc", *flags, HERE / "loop.c", "-o", loop, "-lm"], check=True)
    yield "C loop", start([loop])
    for peer in PEERS:
        yield peer, start([python, HERE / "peer.py", peer])


def measure(program, work, seconds):
    try:
        program.stdin.write(f"{work} {seconds}\n")
        program.stdin.flush()
        return float(program.stdout.readline())
    except (BrokenPipeError, ValueError):
        return 0.0  # Not installed, or not able to.


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=0.5)
    arguments.add_argument("--here", action="store_true")
    arguments = arguments.parse_args()
    python = sys.executable if arguments.here else python_with_libraries()
    running = dict(programs(python))
    for work in WORKS:
        found = {name: [] for name in running}
        for _ in range(arguments.rounds):
            for name, program in running.items():
                found[name].append(measure(program, work, arguments.seconds))
        own = statistics.median(found["nn-tui"])
        print(f"\n{work}\n{'':10}{'samples/s':>12}{'least':>12}{'most':>12}{'nn-tui is':>12}")
        for name, rates in found.items():
            median = statistics.median(rates)
            if median:
                ratio = f"{own / median:.2f} x"
                print(f"{name:10}{median:12,.0f}{min(rates):12,.0f}{max(rates):12,.0f}{ratio:>12}")
        sys.stdout.flush()
    for program in running.values():
        program.stdin.close()


if __name__ == "__main__":
    main()
