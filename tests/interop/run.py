#!/usr/bin/env python3
"""Holds the files that nn-tui writes against the programs they are for.

    python3 tests/interop/run.py target/debug/nn-tui

Trains models of every kind, writes each in every format, and lets ONNX Runtime, PyTorch, NumPy,
scikit-learn, Python and Rust predict the same raw rows: all must come within 1e-5 of what
`nn-tui predict` says (of a number, within 1e-5 of the target's standard deviation).

The libraries are installed into a virtual environment below target/. PyTorch is large: where it
does not install within the time, its check is left out, and that is said. NN_TUI_INTEROP_TORCH=0
leaves it out without trying.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent.parent / "target" / "interop"
LIBRARIES = ["numpy", "onnx", "onnxruntime", "safetensors", "scikit-learn"]
TORCH_SECONDS = 600


def python_with_libraries():
    python = ENVIRONMENT / "bin" / "python"
    done = ENVIRONMENT / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *LIBRARIES], check=True)
        done.touch()
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
        command = [python, HERE / "compare.py", program, folder]
        sys.exit(subprocess.run(command).returncode)


if __name__ == "__main__":
    main()
