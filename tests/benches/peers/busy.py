"""Two threads beside a program that wants a processor for itself.

    python tests/benches/peers/busy.py [--rounds 9] [--seconds 1]

Lets nn-tui train with one thread and with two, by turns, while one busy loop runs, and while none
does. Prints samples a second, medians over the rounds, and the ratio of two threads to one.
"""

import argparse
import statistics
import subprocess
import sys

from compare import ROOT, environment, measure

BENCH = ["cargo", "bench", "--locked", "--bench", "samples_per_second"]
WORKS = ["w3_784_128_64_10", "w4_784_1024_1024_10"]


def start(threads):
    return subprocess.Popen(
        [*BENCH, "--quiet", "--", str(threads)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(threads),
    )


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--seconds", type=float, default=1.0)
    arguments = arguments.parse_args()
    subprocess.run([*BENCH, "--no-run"], cwd=ROOT, check=True)
    one, two = start(1), start(2)
    for work in WORKS:
        for busy in [False, True]:
            loop = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if busy else None
            try:
                pairs = [
                    [measure(program, work, arguments.seconds) for program in (one, two)]
                    for _ in range(arguments.rounds)
                ]
            finally:
                if loop:
                    loop.kill()
            alone, both = (statistics.median(rates) for rates in zip(*pairs))
            ratio = statistics.median(both / alone for alone, both in pairs)
            beside = "a busy loop" if busy else "nothing"
            print(f"{work} beside {beside}: {alone:,.0f}, {both:,.0f}, ratio {ratio:.2f}")
            sys.stdout.flush()
    for program in (one, two):
        program.stdin.close()


if __name__ == "__main__":
    main()
