"""The signal in an untrained network, forwards and backwards: measured, and as theory has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dnn.config import MAX_SIGNAL, Config, check_amount
from dnn.data.datasets import Dataset
from dnn.engine.layout import Array, initial_parameters
from dnn.engine.network import PROBING, Pass
from dnn.engine.trainer import Evaluation, architecture_of, layout_of, targets
from dnn.parts.initializers import INITIALIZERS
from dnn.run.history import History, Record
from dnn.run.measure import PROBE, Signal, layer_signal
from dnn.run.training import Run, start
from lab import theory

#: Networks of more parameters are drawn and measured in float32, on few examples.
LARGE = 500_000
FEW_EXAMPLES = 32
#: What a measured but untrained network knows of itself.
UNKNOWN = float("nan")
#: Input sizes that theory is averaged over: with few inputs examples differ in length.
QUANTILES = 8


def examples(config: Config, data: Dataset) -> int:
    """Return on how many training examples the signal is measured."""
    size = architecture_of(config, data).layout.size
    return min(FEW_EXAMPLES if size > LARGE else PROBE, data.m_train)


class Probe:
    """A network as it starts, compiled once for examples of a data set and run for many seeds."""

    def __init__(self, config: Config, data: Dataset):
        self.config, self.m = config, examples(config, data)
        self.architecture = architecture_of(config, data)
        layout = self.architecture.layout
        self.dtype = np.dtype("float32" if layout.size > LARGE else "float64")
        self.p = np.zeros(layout.size, self.dtype)
        g = np.zeros(layout.largest, self.dtype)
        running = np.zeros((2, layout.running_size), self.dtype)
        X, Y = data.X_train[:, : self.m], data.Y_train[:, : self.m]
        Y = targets(self.architecture.loss, data, Y)
        self._evaluation = Evaluation(
            self.architecture, self.p, running, X, Y, PROBING, backward=True, g=g
        )
        self.net, self.rows = self._evaluation.net, self._evaluation.rows
        self._seed: int | None = None

    def take(self, config: Config) -> None:
        """Draw as this Config says from now on; it may differ in what starting weights are."""
        if config != self.config:
            self.config, self._seed = config, None

    def run(self, seed: int) -> Pass:
        """Return the pass of the network that this seed draws, after forward and backward.

        Up to LARGE parameters it is the very network that a run with this seed starts with.
        """
        config = self.config
        if seed == self._seed:
            return self.net
        initial_parameters(
            self.architecture.layout,
            config.initializer_keys,
            config.sigma_w,
            seed,
            config.sigma_b,
            self.dtype,
            out=self.p,
        )
        with np.errstate(all="ignore"):
            self._evaluation.run()
        self._seed = seed
        return self.net

    @property
    def nbytes(self) -> int:
        return self.p.nbytes + self.net.nbytes + self.rows.nbytes

    def record(self, seed: int) -> Record:
        """Return the signal of this draw as a Record; costs and scores are not known (NaN)."""
        found = self.signal(seed)
        nothing = np.full(len(found.delta), UNKNOWN)
        return Record(
            0, 0, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
            found.gradient, nothing, found.delta, found.activation,
        )  # fmt: skip

    def signal(self, seed: int) -> Signal:
        """Return the root mean squares per layer, over the examples and the layer's units."""
        with np.errstate(all="ignore"):
            return layer_signal(self.run(seed), self.rows)


@dataclass(frozen=True, eq=False)
class Band:
    """Signals of several draws of the weights: arrays of shape (draws, L)."""

    activation: Array
    delta: Array
    gradient: Array

    @property
    def draws(self) -> int:
        return len(self.delta)

    def limits(self, name: str) -> tuple[Array, Array]:
        """Return the 5th and 95th percentile per layer of activation, delta or gradient."""
        low, high = np.percentile(getattr(self, name), [5, 95], axis=0)
        return low, high


def band(probe: Probe, seeds: range, before: Band | None = None) -> Band:
    """Return the signals of these seeds, behind those of an earlier part."""
    made = [probe.signal(seed) for seed in seeds]
    columns = {
        name: np.array([getattr(signal, name) for signal in made])
        for name in ("activation", "delta", "gradient")
    }
    if before is not None:
        columns = {n: np.concatenate([getattr(before, n), c]) for n, c in columns.items()}
    return Band(**columns)


def signal_only(config: Config, data: Dataset) -> Run:
    """Return a Run that stands for a network too large to train: it has no parameters of its own.

    Its signal at step 0 can be measured. Raises ValueError where even that is too much.
    """
    layout = layout_of(config, data)
    check_amount(layout.sizes, layout.size, MAX_SIGNAL, "parameters")
    plain = replace(config, hidden=(), activation="tanh", batch_norm=False)
    return replace(start(plain, data), config=config, origin=config, layout=layout)


def signal_at(history: History, row: int) -> Signal:
    """Return the signal of a record."""
    return Signal(
        history["activation_rms"][row], history["delta_rms"][row], history["gradient_rms"][row]
    )


def weight_scales(config: Config) -> tuple[float, float]:
    """Return (sigma_w, sigma_b) of the hidden layers, whatever the initialiser calls them."""
    key = config.initializer_keys[min(1, len(config.hidden) - 1)]
    sizes = (config.hidden[-2:-1] or config.hidden[-1:]) + config.hidden[-1:]
    sw2 = float(theory.weight_variance(key, sizes, config.sigma_w)[-1])
    return sw2**0.5, config.sigma_b if INITIALIZERS[key].uses_sigma_b else 0.0


def theory_of(
    config: Config, sizes: Sequence[int], x2: float | Array, x_variance: float | None = None
) -> theory.Prediction:
    """Return theory.signal of a network of layers (n_0, ..., n_L), with what Config says of it."""
    keys = config.initializer_keys
    return theory.signal(
        sizes,
        config.activations,
        theory.weight_variance(keys, sizes, config.sigma_w),
        config.sigma_b**2 if INITIALIZERS[keys[0]].uses_sigma_b else 0.0,
        x2,
        batch_norm=config.batch_norm,
        residual=config.residual,
        branch_scale=config.branch_scale,
        x_variance=x_variance,
    )


def predicted(config: Config, data: Dataset, last_delta: float) -> Signal:
    """Return what mean-field theory says of the network; last_delta: the output's, measured.

    Averaged over the lengths of the inputs, for examples of few inputs differ in it. Source:
    theory.signal.
    """
    X = data.X_train[:, : examples(config, data)]
    squares = np.mean(X**2, axis=0)
    if config.batch_norm:
        parts, spread = [squares], float(X.var(axis=1).mean())
    else:
        parts, spread = np.array_split(np.sort(squares), min(QUANTILES, len(squares))), None
    sizes = architecture_of(config, data).layout.sizes
    lines = theory_of(config, sizes, np.array([part.mean() for part in parts]), spread)

    def mean(name: str) -> Array:
        return np.sqrt(np.mean(getattr(lines, name) ** 2, axis=1))

    return Signal(
        mean("activation_rms"), last_delta * mean("delta_rms"), last_delta * mean("gradient_rms")
    )


def backward_factors(net: Pass, example: int = 0) -> tuple[Array, Array]:
    """Return what each hidden layer does to one example's error on its way back, layers 1 .. L-1.

    Two arrays (L - 1,), whose product is delta_rms[l] / delta_rms[l + 1]: by the weights,
    rms(e[l]) / rms(delta[l + 1]) with e[l] = dJ/da[l] (W^T delta, plus what comes past a residual
    branch); and by the slope, rms(delta[l]) / rms(e[l]), where batch normalisation counts as well.
    The pass has run forwards and backwards.
    """
    L = len(net.W)
    deltas = [D[:, example].astype(float) for D in net.deltas]
    errors: list[Array] = [np.zeros(0)] * L
    for l in range(L - 2, -1, -1):
        errors[l] = net.W[l + 1][:, :-1].T.astype(float) @ deltas[l + 1]
        if l + 1 < len(net.residual) and net.residual[l + 1]:
            errors[l] = errors[l] + errors[l + 1]
    size = [float(np.sqrt(np.mean(d**2))) for d in deltas]
    error = [float(np.sqrt(np.mean(e**2))) for e in errors[: L - 1]]
    with np.errstate(all="ignore"):
        by_weights = np.array([error[l] / size[l + 1] if size[l + 1] else 0 for l in range(L - 1)])
        by_slope = np.array([size[l] / error[l] if error[l] else 0 for l in range(L - 1)])
    return by_weights, by_slope
