"""How fast the hot loop is: the time of a step over the time of its matrix products alone.

    python tests/benchmarks/engine.py [--seconds 4] [--peers] [cases]

All are timed side by side in one process, in turns, so that all see the same machine. The products
are bound ndarray.dot calls on buffers that exist; what a step never forms (the error of the inputs)
is not counted. --peers also times scikit-learn's partial_fit and, where it is installed (pip
install torch==2.13.0), PyTorch's eager mode on the same work. The ratio is the median over the
turns of ours by that turn's products; the fastest one compares the best turns of each.
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

import dnn
from dnn.engine.trainer import Trainer
from dnn.run.measure import measure
from dnn.run.training import borrowed_trainer
from lab.live.worker import Slice, train_slice
from lab.teaching.presets import PRESETS

#: Seconds of one turn: long beside a look at the clock, short beside other work on the machine.
TURN = 0.05


@dataclass(frozen=True)
class Case:
    """A network and its work.

    bar: what the ratio to the products may be at most; torch_bar: what the steps a second over
    PyTorch's must be at least; both in float32.
    """

    name: str
    sizes: tuple[int, ...]
    activation: str
    optimizer: str
    learning_rate: float
    batch: int
    examples: int
    bar: float
    torch_bar: float

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
    Case("tiny", (2, 4, 2, 1), "tanh", "sgd", 0.03, 10, 250, 2.8, 22),
    Case("deep", (2, *(32,) * 30, 1), "tanh", "sgd", 0.01, 32, 512, 2.0, 8),
    Case("digits", (64, 64, 32, 10), "relu", "adam", 1e-3, 64, 1536, 2.4, 5),
    Case("wide", (784, 256, 128, 10), "relu", "adam", 1e-3, 128, 4096, 1.5, 1.6),
    Case("cat", (12288, 15, 12, 7, 5, 2, 1), "relu", "sgd", 0.0075, 209, 209, 1.05, 1.9),
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


def torch_eager(case: Case, dtype: str) -> Steps:
    """Return PyTorch's usual loop: forward, backward and step of an optimiser, one thread."""
    import torch

    torch.set_num_threads(1)
    kind, data = getattr(torch, dtype), case.data()
    layers: list[torch.nn.Module] = []
    for fan_in, fan_out in zip(case.sizes[:-1], case.sizes[1:], strict=True):
        layers += [torch.nn.Linear(fan_in, fan_out, dtype=kind), ACTIVATIONS[case.activation]()]
    model = torch.nn.Sequential(*layers[:-1])
    X = torch.tensor(np.ascontiguousarray(data.X_train.T), dtype=kind)
    if case.sizes[-1] == 1:
        Y, loss = torch.tensor(data.Y_train.T, dtype=kind), torch.nn.BCEWithLogitsLoss()
    else:
        Y, loss = torch.tensor(data.Y_train.argmax(axis=0)), torch.nn.CrossEntropyLoss()
    rate = case.learning_rate
    optimizers = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    optimizer = optimizers[case.optimizer](model.parameters(), lr=rate)
    parts = [slice(i, i + case.batch) for i in range(0, case.examples - case.batch + 1, case.batch)]
    batches = [(X[part], Y[part]) for part in parts]
    made = 0

    def run(steps: int) -> None:
        nonlocal made
        for _ in range(steps):
            x, y = batches[made % len(batches)]
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()
            made += 1

    return run


def peers_here() -> dict[str, Callable[[Case, str], Steps]]:
    """Return the peers that are installed, by name."""
    found = {"scikit-learn": scikit_learn}
    try:
        import torch
    except ImportError:
        return found
    ACTIVATIONS.update(tanh=torch.nn.Tanh, relu=torch.nn.ReLU)
    return {**found, "PyTorch": torch_eager}


#: PyTorch's modules, where it is installed.
ACTIVATIONS: dict[str, Callable] = {}


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


def engine_table(cases: list[Case], seconds: float, with_peers: bool) -> list[str]:
    """Print a row for each case; return a sentence for each bar."""
    peers = peers_here() if with_peers else {}
    head = "| case | dtype | products µs | step µs | ratio (median) | ratio (fastest) |"
    head += "".join(f" {name} µs | {name} / ours |" for name in peers)
    print(head, "|" + "---|" * (head.count("|") - 1), sep="\n")
    verdicts = []
    for case in cases:
        for dtype in ("float32", "float64"):
            runs = {"products": products(case, dtype), "step": ours(case, dtype)}
            runs |= {name: make(case, dtype) for name, make in peers.items()}
            times = side_by_side(runs, seconds)
            floor, step = times["products"], times["step"]
            ratio, fastest = float(np.median(step / floor)), float(step.min() / floor.min())
            row = f"| {case.name} | {dtype} | {np.median(floor):.2f} | {np.median(step):.2f} "
            row += f"| {ratio:.2f} | {fastest:.2f} |"
            times_ours = {name: float(np.median(times[name] / step)) for name in peers}
            for name, factor in times_ours.items():
                row += f" {np.median(times[name]):.0f} | {factor:.1f} |"
            print(row, flush=True)
            if dtype == "float32":
                verdicts += list(judged(case, ratio, times_ours))
    return verdicts


def judged(case: Case, ratio: float, peers: dict[str, float]) -> Iterator[str]:
    """Yield a sentence for each bar of a case."""
    bars = {"scikit-learn": 1.0, "PyTorch": case.torch_bar}
    yield f"{case.name}: {ratio:.2f} times its products, bar {case.bar}: {met(ratio <= case.bar)}"
    for name, factor in peers.items():
        yield f"{case.name}: {factor:.1f} times {name}, bar {bars[name]}: " + met(
            factor >= bars[name]
        )


def met(yes: bool) -> str:
    return "met" if yes else "NOT met"


def watching(seconds: float) -> str:
    """Return a sentence on what recording adds to the first visit's frames at normal speed.

    A frame there is an epoch of 8 steps, one record, and the picture.
    """
    run = dnn.start(PRESETS["spiral"].config)
    history = dnn.History()
    work = Slice(run, history, steps=8, every=8, playing=True, data=run.data)

    def frame(count: int) -> None:
        nonlocal work
        for _ in range(count):
            done = train_slice(work)
            work = replace(work, run=done.run, history=done.history, data=None, fixed=False)

    def record(count: int) -> None:
        with borrowed_trainer(run) as trainer:
            for _ in range(count):
                measure(trainer, 0, 0)

    def steps(count: int) -> None:
        nonlocal run
        run, _ = dnn.advance(run, 8 * count)

    times = side_by_side({"frame": frame, "record": record, "steps": steps}, seconds)
    once, whole = np.median(times["record"]), np.median(times["frame"])
    share = float(np.median(times["record"] / (times["frame"] - times["record"])))
    bare, alone = np.median(times["steps"]), np.median(times["record"] / times["steps"])
    return (
        f"watching: a record takes {once:.0f} µs of a frame's {whole:.0f}, {share:.1%} over one "
        f"without: bar 10 %: {met(share <= 0.1)} (over the frame's 8 bare steps "
        f"alone, {bare:.0f} µs, it would be {alone:.0%})"
    )


def first_visit(seconds: float) -> str:
    """Return a sentence on the steps a second of the network of the first visit."""
    run, rates = dnn.start(PRESETS["spiral"].config), []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        run, _ = dnn.advance(run, 5000)
        rates.append(5000 / (time.perf_counter() - began))
    return (
        f"first visit ({PRESETS['spiral'].label}): {np.median(rates):,.0f} steps/s, "
        f"{max(rates):,.0f} at best"
    )


def main() -> None:
    """Print the table, the bars, and the first visit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="for each row")
    parser.add_argument("--peers", action="store_true", help="time the peers as well")
    parser.add_argument("cases", nargs="*", choices=[*(c.name for c in CASES), []])
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # scikit-learn's, about batches of the last part
    print(f"NumPy {np.__version__}, one BLAS thread, {given.seconds:g} s a row\n")
    cases = [c for c in CASES if c.name in (given.cases or [c.name])]
    verdicts = engine_table(cases, given.seconds, given.peers)
    print("", *verdicts, watching(given.seconds), first_visit(given.seconds), sep="\n")


if __name__ == "__main__":
    main()
