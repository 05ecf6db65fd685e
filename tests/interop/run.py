#!/usr/bin/env python3
"""Compares the files that nn-tui writes with the programs they are for.

    python3 tests/interop/run.py target/debug/nn-tui

Trains models with every activation and output, numeric and text columns, classes and numbers;
writes each in every format; and runs ONNX Runtime, PyTorch, NumPy, scikit-learn, Python, Rust and C
on the same raw rows. All predictions must be within 1e-5 of those of `nn-tui predict` (for numbers,
1e-5 of the target's standard deviation). Then runs the search with Optuna of assets/examples,
compares logs with TensorBoard's own loader, both ways, and the losses of scripts of --export-training
with those of nn-tui.

The libraries are installed into a virtual environment below target/. If PyTorch, which is large,
does not install in time, it is skipped with a message. NN_TUI_INTEROP_TORCH=0 skips it at once.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent.parent / "target" / "interop"
LIBRARIES = ["numpy", "onnx", "onnxruntime", "optuna", "safetensors", "scikit-learn"]
# Those that a check is skipped without.
OPTIONAL = ["keras", "tensorboard", "tensorboardX"]
TORCH_SECONDS = 600


def python_with_libraries():
    python = ENVIRONMENT / "bin" / "python"
    done = ENVIRONMENT / "installed"
    wanted = " ".join(LIBRARIES + OPTIONAL)
    if not done.exists() or done.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *LIBRARIES], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *OPTIONAL])
        done.write_text(wanted)
    has_torch = subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0
    if not has_torch and os.environ.get("NN_TUI_INTEROP_TORCH") != "0":
        command = [python, "-m", "pip", "install", "--quiet", "torch"]
        try:
            subprocess.run(command, timeout=TORCH_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"torch did not install within {TORCH_SECONDS} s")
    return python


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PATH-OF-NN-TUI")
    program = pathlib.Path(sys.argv[1]).resolve()
    python = python_with_libraries()
    with tempfile.TemporaryDirectory() as folder:
        for script in ("compare.py", "examples.py", "logs.py", "training.py"):
            done = subprocess.run([python, HERE / script, program, folder])
            if done.returncode != 0:
                sys.exit(done.returncode)


if __name__ == "__main__":
    main()
