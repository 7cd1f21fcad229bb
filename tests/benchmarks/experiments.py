"""Run every published experiment: python tests/benchmarks/experiments.py

Prints the table of docs/pages.md. Seconds are those of the processor, in one thread: what else the
machine does is no matter.
"""

from __future__ import annotations

import os

# As in the workers, before NumPy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from lab.experiments import EXPERIMENTS


def main() -> None:
    """Print a row an experiment."""
    print("| Experiment | Source | The paper found | A run here found | |\n|---|---|---|---|---|")
    for experiment in EXPERIMENTS.values():
        began = time.process_time()
        outcome = experiment.run(lambda done, sentence: True)
        seconds = f"{time.process_time() - began:.1f} s"
        cells = (experiment.label, experiment.source, experiment.paper, outcome.measured)
        told = " | ".join(cell.replace("|", "\\|") for cell in cells)
        print(f"| {told} | {experiment.concluded(outcome)}, {seconds} |", flush=True)


if __name__ == "__main__":
    main()
