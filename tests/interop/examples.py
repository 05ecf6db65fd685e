#!/usr/bin/env python3
"""Runs the search of assets/examples that uses Optuna, with two workers on one journal.

    python tests/interop/examples.py PATH-OF-NN-TUI FOLDER

Both workers have to end, all trials have to be in the journal, and the command that is printed has to lead to the
validation loss beside it.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TRIALS, EPOCHS = 4, 30


def main():
    program, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    table = folder / "wine.csv"
    shutil.copy(ROOT / "datasets" / "wine.csv", table)
    script = ROOT / "assets" / "examples" / "optuna_search.py"
    command = [sys.executable, script, table, str(TRIALS), str(EPOCHS)]
    environment = {**os.environ, "NN_TUI": str(program)}
    workers = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [worker.communicate(timeout=300)[0] for worker in workers]
    assert all(worker.returncode == 0 for worker in workers), printed

    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
    from optuna.study import load_study

    study = load_study(study_name="nn-tui", storage=JournalStorage(JournalFileBackend(f"{table}.study")))
    assert len(study.trials) == 2 * TRIALS, len(study.trials)
    words = max(printed, key=lambda text: -float(re.search(r"loss ([\d.]+)", text)[1]))
    best, loss = re.fullmatch(r"(.*) # validation loss ([\d.]+)\n", words).groups()
    trained = subprocess.run([*best.split(), "--json"], check=True, capture_output=True, text=True).stdout
    found = json.loads(trained.splitlines()[-1])["validation"]["loss"]
    assert abs(found - float(loss)) < 1e-4, (found, loss)
    print(f"ok: Optuna, {len(study.trials)} trials of two workers")


if __name__ == "__main__":
    main()
