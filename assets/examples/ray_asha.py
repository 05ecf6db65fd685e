"""Search for good settings with Ray Tune: many trainings at once, of which ASHA stops those that fall behind.

    pip install "ray[tune]"
    python ray_asha.py TABLE [TRIALS]
"""

import json
import os
import subprocess
import sys

from ray import tune
from ray.tune.schedulers import ASHAScheduler

PROGRAM = os.environ.get("NN_TUI", "nn-tui")
TABLE = os.path.abspath(sys.argv[1]) if os.path.exists(sys.argv[1]) else sys.argv[1]
TRIALS = int(sys.argv[2]) if len(sys.argv) > 2 else 30
EPOCHS = 200


def command(config):
    options = [str(word) for name, value in config.items() for word in (f"--{name}", value)]
    return [PROGRAM, TABLE, "--headless", "--threads", "1", "--epochs", str(EPOCHS), *options]


def train(config):
    """Reports the validation loss of every tenth epoch. Ray ends the process of a trial that it stops."""
    with subprocess.Popen([*command(config), "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as training:
        try:
            for event in map(json.loads, training.stdout):
                if event["event"] == "epoch" and event["epoch"] % 10 == 0:
                    tune.report({"val_loss": event["val_loss"], "epoch": event["epoch"]})
        finally:
            training.terminate()


tuner = tune.Tuner(
    tune.with_resources(train, {"cpu": 1}),
    param_space={
        "lr": tune.loguniform(1e-4, 1e-1),
        "l2": tune.loguniform(1e-5, 1e-1),
        "hidden": tune.choice(["8", "32", "16,16", "64,32"]),
        "dropout": tune.choice([0, 0.1, 0.2]),
    },
    tune_config=tune.TuneConfig(
        metric="val_loss",
        mode="min",
        num_samples=TRIALS,
        scheduler=ASHAScheduler(time_attr="epoch", max_t=EPOCHS, grace_period=20),
    ),
)
best = tuner.fit().get_best_result(scope="all")
print(" ".join(command(best.config)), f"# validation loss {best.metrics['val_loss']:.4f}")
