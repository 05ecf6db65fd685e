"""Search for good settings with Optuna: any number of workers, and pruning of trainings that fall behind.

    pip install optuna
    python optuna_search.py TABLE [TRIALS [EPOCHS]]

Start it several times, on one machine or on several that share the folder: the workers draw from one journal,
TABLE.study, and each does TRIALS trials. Prints the command that trains with the best settings.
"""

import json
import os
import subprocess
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

PROGRAM = os.environ.get("NN_TUI", "nn-tui")
TABLE = sys.argv[1]
TRIALS = int(sys.argv[2]) if len(sys.argv) > 2 else 50
EPOCHS = int(sys.argv[3]) if len(sys.argv) > 3 else 200


def command(trial):
    settings = {
        "--lr": trial.suggest_float("lr", 1e-4, 1e-1, log=True),
        "--l2": trial.suggest_float("l2", 1e-5, 1e-1, log=True),
        "--hidden": trial.suggest_categorical("hidden", ["8", "32", "16,16", "64,32"]),
        "--dropout": trial.suggest_float("dropout", 0.0, 0.4, step=0.1),
    }
    options = [str(word) for option in settings.items() for word in option]
    return [PROGRAM, TABLE, "--headless", "--epochs", str(EPOCHS), *options]


def objective(trial):
    """The lowest validation loss of a training."""
    with subprocess.Popen([*command(trial), "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as training:
        for event in map(json.loads, training.stdout):
            if event["event"] == "epoch" and event["epoch"] % 10 == 0:
                trial.report(event["val_loss"], event["epoch"])
                if trial.should_prune():
                    training.terminate()
                    raise optuna.TrialPruned
            elif event["event"] == "finished" and event["validation"]:
                return event["validation"]["loss"]
    raise optuna.TrialPruned


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(
    study_name="nn-tui",
    storage=JournalStorage(JournalFileBackend(TABLE + ".study")),
    load_if_exists=True,
    pruner=optuna.pruners.MedianPruner(n_warmup_steps=EPOCHS // 5),
)
study.optimize(objective, TRIALS)
print(" ".join(command(study.best_trial)), f"# validation loss {study.best_value:.4f}")
