"""How fast the hot loop is: the time of a step over the time of its matrix products alone.

    python tests/benchmarks/engine.py [--seconds 4] [--peers]

Both are timed side by side in one process, in turns, so that both see the same machine. The
products are bound ndarray.dot calls on buffers that exist; what a step never forms (the error of
the inputs) is not counted. --peers also times scikit-learn's partial_fit on the same work.
"""

from __future__ import annotations

import os

# Before NumPy is imported: BLAS reads these once.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

import dnn
from dnn.presets import PRESETS
from dnn.trainer import Trainer

#: Seconds of one turn: long beside a look at the clock, short beside other work on the machine.
TURN = 0.01


@dataclass(frozen=True)
class Case:
    """A network and its work. bar: what the ratio may be at most, None where it is not set."""

    name: str
    sizes: tuple[int, ...]
    activation: str
    optimizer: str
    learning_rate: float
    batch: int
    examples: int
    bar: float | None = None

    def config(self, dtype: str) -> dnn.Config:
        return dnn.Config(
            hidden=self.sizes[1:-1],
            activation=self.activation,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            batch_size=None if self.batch == self.examples else self.batch,
            dtype=dtype,
        )

    def data(self) -> dnn.Dataset:
        """Return random examples, the same for everyone."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((self.sizes[0], self.examples))
        if self.name == "cat":
            X = rng.random(X.shape)
        classes = max(2, self.sizes[-1])
        return dnn.Dataset(X, np.arange(self.examples)[None] % classes)


CASES = [
    Case("tiny", (2, 4, 2, 1), "tanh", "sgd", 0.03, 10, 250, 3.2),
    Case("deep", (2, *(32,) * 30, 1), "tanh", "sgd", 0.01, 32, 512, 2.4),
    Case("digits", (64, 64, 32, 10), "relu", "adam", 1e-3, 64, 1536),
    Case("wide", (784, 256, 128, 10), "relu", "adam", 1e-3, 128, 4096),
    Case("cat", (12288, 15, 12, 7, 5, 2, 1), "relu", "sgd", 0.0075, 209, 209, 1.1),
]

#: Makes so many steps.
Steps = Callable[[int], None]


def products(case: Case, dtype: str) -> Steps:
    """Return a loop over the matrix products of a step and nothing else."""
    rng, m = np.random.default_rng(1), case.batch
    pairs = list(zip(case.sizes[:-1], case.sizes[1:], strict=True))

    def drawn(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(dtype)

    W = [drawn(n, k) for k, n in pairs]
    A = [np.ascontiguousarray(drawn(m, case.sizes[0])).T, *(drawn(n, m) for n in case.sizes[1:])]
    Z = [drawn(n, m) for n in case.sizes[1:]]
    calls = [(W[l].dot, A[l], Z[l]) for l in range(len(W))]
    for l in reversed(range(len(W))):
        calls.append((Z[l].dot, A[l].T, np.empty_like(W[l])))
        if l:
            calls.append((W[l].T.dot, Z[l], np.empty_like(A[l])))

    def run(steps: int) -> None:
        for _ in repeat(None, steps):
            for dot, operand, out in calls:
                dot(operand, out)

    return run


def ours(case: Case, dtype: str) -> Steps:
    """Return the hot loop, training on from call to call, batches gathered and all."""
    config, data = case.config(dtype), case.data()
    trainer = Trainer(config, data)
    trainer.p[:] = dnn.start(config, data).parameters
    step = epoch = position = 0

    def run(steps: int) -> None:
        nonlocal step, epoch, position
        epoch, position = trainer.train(step, epoch, position, steps)
        step += steps

    return run


def scikit_learn(case: Case, dtype: str) -> Steps:
    """Return scikit-learn's loop: one partial_fit a mini-batch."""
    from sklearn.neural_network import MLPClassifier

    data = case.data()
    X = np.ascontiguousarray(data.X_train.T.astype(dtype))
    y = data.Y_train[0] if len(data.Y_train) == 1 else data.Y_train.argmax(axis=0)
    model = MLPClassifier(
        case.sizes[1:-1],
        activation=case.activation,
        solver=case.optimizer,
        learning_rate_init=case.learning_rate,
        batch_size=case.batch,
        alpha=0.0,
        momentum=0.0,
    )
    parts = [slice(i, i + case.batch) for i in range(0, case.examples - case.batch + 1, case.batch)]
    batches = [(X[part], y[part]) for part in parts]
    classes, made = np.unique(y), 0

    def run(steps: int) -> None:
        nonlocal made
        for _ in range(steps):
            model.partial_fit(*batches[made % len(batches)], classes=classes)
            made += 1

    return run


def steps_a_turn(run: Steps) -> int:
    """Return how many steps take about one turn."""
    run(2)
    steps = 1
    while True:
        began = time.perf_counter()
        run(steps)
        spent = time.perf_counter() - began
        if spent > TURN / 4:
            return max(1, round(steps * TURN / spent))
        steps *= 2


def side_by_side(runs: dict[str, Steps], seconds: float) -> dict[str, np.ndarray]:
    """Return the microseconds a step of every turn, the runs taking turns."""
    steps = {name: steps_a_turn(run) for name, run in runs.items()}
    times: dict[str, list[float]] = {name: [] for name in runs}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[next(iter(runs))]) < 15:
        for name, run in runs.items():
            began = time.perf_counter()
            run(steps[name])
            times[name].append((time.perf_counter() - began) / steps[name] * 1e6)
    return {name: np.array(values) for name, values in times.items()}


def engine_table(seconds: float, peers: bool) -> list[str]:
    """Print a row for each case; return a sentence for each bar."""
    head = "| case | dtype | products us | step us | ratio (median) | ratio (fastest) |"
    head += " scikit-learn us | times ours |" if peers else ""
    print(head, "|" + "---|" * (head.count("|") - 1), sep="\n")
    verdicts = []
    for case in CASES:
        for dtype in ("float32", "float64"):
            runs = {"products": products(case, dtype), "step": ours(case, dtype)}
            if peers:
                runs["peer"] = scikit_learn(case, dtype)
            times = side_by_side(runs, seconds)
            floor, step = times["products"], times["step"]
            ratio, fastest = float(np.median(step / floor)), step.min() / floor.min()
            row = f"| {case.name} | {dtype} | {np.median(floor):.2f} | {np.median(step):.2f} "
            row += f"| {ratio:.2f} | {fastest:.2f} |"
            if peers:
                peer = np.median(times["peer"])
                row += f" {peer:.0f} | {peer / np.median(step):.1f} |"
            print(row, flush=True)
            if case.bar is not None:
                met = "met" if ratio <= case.bar else "NOT met"
                verdicts.append(f"{case.name} {dtype}: {ratio:.2f}, bar {case.bar}: {met}")
    return verdicts


def first_visit(seconds: float) -> str:
    """Return a sentence on the steps a second of the network of the first visit."""
    run, rates = dnn.start(PRESETS["spiral"].config), []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        run, _ = dnn.advance(run, 5000)
        rates.append(5000 / (time.perf_counter() - began))
    return (
        f"first visit ({PRESETS['spiral'].formula}): {np.median(rates):,.0f} steps/s, "
        f"{max(rates):,.0f} at best"
    )


def main() -> None:
    """Print the table, the bars, and the first visit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="for each row")
    parser.add_argument("--peers", action="store_true", help="time scikit-learn as well")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # scikit-learn's, about batches of the last part
    print(f"NumPy {np.__version__}, one BLAS thread, {given.seconds:g} s a row\n")
    verdicts = engine_table(given.seconds, given.peers)
    print("", *verdicts, first_visit(given.seconds), sep="\n")


if __name__ == "__main__":
    main()
