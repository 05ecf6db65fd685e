"""Population-based training with Ray Tune: trainings that fall behind go on from a copy of a better one, with other
settings. Each training is a checkpoint of nn-tui, continued by --resume.

    pip install "ray[tune]"
    python ray_population.py TABLE [TRAININGS]
"""

import json
import os
import shutil
import subprocess
import sys

from ray import tune
from ray.tune.schedulers import PopulationBasedTraining

PROGRAM = os.environ.get("NN_TUI", "nn-tui")
TABLE = os.path.abspath(sys.argv[1]) if os.path.exists(sys.argv[1]) else sys.argv[1]
TRAININGS = int(sys.argv[2]) if len(sys.argv) > 2 else 8
EPOCHS_PER_STEP, STEPS = 20, 10


class Network(tune.Trainable):
    def step(self):
        """Trains for some epochs more, with the settings of the moment."""
        path = os.path.join(self.logdir, "run.checkpoint")
        begin = ["--resume", path] if os.path.exists(path) else [TABLE, "--checkpoint", path, "--batch", "16"]
        epochs = str(EPOCHS_PER_STEP * (self.training_iteration + 1))
        options = [str(word) for name, value in self.config.items() for word in (f"--{name}", value)]
        command = [PROGRAM, *begin, "--json", "--threads", "1", "--epochs", epochs, *options]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        return {"val_loss": json.loads(lines[-1])["validation"]["loss"]}

    def save_checkpoint(self, folder):
        shutil.copy(os.path.join(self.logdir, "run.checkpoint"), folder)

    def load_checkpoint(self, folder):
        shutil.copy(os.path.join(folder, "run.checkpoint"), self.logdir)

    def reset_config(self, config):
        self.config = config
        return True


settings = {"lr": tune.loguniform(1e-4, 1e-1), "l2": tune.loguniform(1e-5, 1e-2)}
scheduler = PopulationBasedTraining(perturbation_interval=2, hyperparam_mutations=settings)
tuner = tune.Tuner(
    tune.with_resources(Network, {"cpu": 1}),
    param_space=settings,
    tune_config=tune.TuneConfig(metric="val_loss", mode="min", num_samples=TRAININGS, scheduler=scheduler),
    run_config=tune.RunConfig(stop={"training_iteration": STEPS}, verbose=1),
)
best = tuner.fit().get_best_result()
print(f"validation loss {best.metrics['val_loss']:.4f}, {best.path}/run.checkpoint (nn-tui --resume)")
