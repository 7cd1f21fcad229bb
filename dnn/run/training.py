"""Run: a training run as a value, and the functions that make one Run from another.

advance is pure: the same Run and number of steps give the same bits however the steps are cut
into slices, with whatever Watch, in any process of one machine and library set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dnn.config import LIVE_FIELDS, Config, check_work
from dnn.data.datasets import Dataset, load
from dnn.engine.cache import CACHE
from dnn.engine.fused import OutOfRange
from dnn.engine.layout import Array, Layout, initial_parameters
from dnn.engine.trainer import LIMIT, Trainer, layout_of, starting_moments
from dnn.parts.optimizers import OPTIMIZERS
from dnn.run.history import Record
from dnn.run.measure import measure
from dnn.settings import shown

#: What a Change says of a run that goes on with other data; its value: the training examples.
DATA = "data"
#: The largest weight that can be set by hand.
LARGEST_EDIT = 1e6
PARAMETER = re.compile(r"(w)([0-9]{1,4})\.([0-9]{1,8})\.([0-9]{1,8})|b([0-9]{1,4})\.([0-9]{1,8})")


@dataclass(frozen=True)
class Change:
    """A live change: from `step` on, `field` of the Config was `value`.

    Or an edit by hand: field is then the parameter's name as `parameter_name` has it.
    """

    step: int
    field: str
    value: Any


@dataclass(frozen=True)
class Divergence:
    """Why a run stopped itself: at `step`, `quantity` of `layer` (1-based) left the range."""

    step: int
    layer: int
    quantity: str
    value: float


@dataclass(frozen=True, eq=False)
class Run:
    """A training run at one moment. Arrays are read-only; a Run pickles without its data.

    step: updates made; epoch, position: where the next batch comes from; parameters: flat, in
    config.dtype; initial: the parameters at step 0; state: of the optimiser, (slots, n);
    running: means and variances of the normalised units, (2, units), empty without;
    origin: the Config it started with; diverged: set when it has stopped itself, the parameters
    being the last finite ones.
    """

    config: Config
    data: Dataset | None
    data_key: str
    layout: Layout
    origin: Config
    parameters: Array
    initial: Array
    state: Array
    running: Array
    step: int = 0
    epoch: int = 0
    position: int = 0
    changes: tuple[Change, ...] = ()
    diverged: Divergence | None = None

    @property
    def weights(self) -> list[tuple[Array, Array]]:
        """Return [(W, b), ...] per layer, read-only: W (n_l, n_{l-1}), b (n_l, 1)."""
        return self.layout.weights(self.parameters)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "data": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # The read-only flag of an array does not survive pickling.
        self.__dict__.update(state)
        for array in (self.parameters, self.initial, self.state, self.running):
            array.setflags(write=False)


@dataclass(frozen=True)
class Watch:
    """What advance records: a Record at every step that `every` divides."""

    every: int = 100

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"every: {self.every!r} is not allowed; it is at least 1 step")


def start(
    config: Config, data: Dataset | None = None, weights: list[tuple[Array, Array]] | None = None
) -> Run:
    """Return a Run at step 0, on `data` or else on the built-in data set that config names.

    weights: [(W, b), ...] to start from instead of the initialiser's.
    Raises ValueError where the loss does not fit the targets or a weight has another shape.
    """
    data = data if data is not None else load(config)
    layout = check_start(config, data)
    if weights is None:
        keys = config.initializer_keys
        flat = initial_parameters(layout, keys, config.sigma_w, config.seed, config.sigma_b)
    else:
        flat = _flat_weights(layout, weights)
    p = _frozen(flat.astype(config.dtype))
    state = _frozen(np.zeros((OPTIMIZERS[config.optimizer].slots, layout.size), config.dtype))
    running = _frozen(starting_moments(config, data, p))
    return Run(config, data, data.key, layout, config, p, p, state, running)


def check_start(config: Config, data: Dataset) -> Layout:
    """Return the layout of the network that config asks for. Raises ValueError where it can't be.

    That is where the loss does not fit the targets, or the network is too large to train.
    """
    layout = layout_of(config, data)
    _check_work(config, layout, data)
    return layout


def _check_work(config: Config, layout: Layout, data: Dataset) -> None:
    batch = min(config.batch_size or data.m_train, data.m_train)
    check_work(layout.sizes, batch, max(data.m_train, data.m_test))


def _flat_weights(layout: Layout, weights: list[tuple[Array, Array]]) -> Array:
    if len(weights) != layout.layers:
        raise ValueError(f"weights: {len(weights)} layers given; the network has {layout.layers}")
    flat = np.zeros(layout.size)
    for l, ((W, b), (W_, b_)) in enumerate(zip(layout.weights(flat), weights, strict=True), 1):
        W_, b_ = np.asarray(W_), np.asarray(b_).reshape(-1, 1)
        if W_.shape != W.shape or b_.shape != b.shape:
            raise ValueError(
                f"weights: layer {l} has W {W_.shape} and b {b_.shape}; "
                f"it must be W {W.shape} and b {b.shape}"
            )
        W[:], b[:] = W_, b_
    for V in layout.views(flat, "norm"):
        V[:, 0] = 1.0
    return flat


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array


def data_of(run: Run) -> Dataset:
    """Return the run's data. Raises ValueError for one that was unpickled without it."""
    if run.data is None:
        raise ValueError("data: this Run was unpickled without its data; use dnn.attach(run, data)")
    return run.data


def attach(run: Run, data: Dataset) -> Run:
    """Return the run with its data again, after pickling. Raises ValueError for other data."""
    if data.key != run.data_key:
        raise ValueError(
            f"data: key {data.key[:12]} given; the run was made with {run.data_key[:12]}"
        )
    return replace(run, data=data)


def change(run: Run, **fields: Any) -> Run:
    """Return the run with a live change, remembered in run.changes.

    A new batch size takes effect with a new epoch. Raises ValueError for a field that needs a
    new network.
    """
    for name in fields:
        if name not in LIVE_FIELDS:
            allowed = ", ".join(sorted(LIVE_FIELDS))
            raise ValueError(f"{name}: can't change during a run; only {allowed} can")
    config = replace(run.config, **fields)
    if run.data is not None:
        _check_work(config, run.layout, run.data)
    made = tuple(
        Change(run.step, name, getattr(config, name))
        for name in fields
        if getattr(config, name) != getattr(run.config, name)
    )
    run = replace(run, config=config, changes=_remembered(run.changes, made))
    if any(c.field == "batch_size" for c in made) and run.position:
        run = replace(run, epoch=run.epoch + 1, position=0)
    return run


def exchange(run: Run, data: Dataset) -> Run:
    """Return the run on other data: its weights go on, in a new epoch; remembered in run.changes.

    What came before can't be recomputed from it. Raises ValueError for data that has other inputs
    or outputs, or is too much for one step.
    """
    assert run.data is not None
    if (data.target, data.n_inputs, data.n_outputs) != (
        run.data.target, run.data.n_inputs, run.data.n_outputs
    ):  # fmt: skip
        raise ValueError("data: it needs the same inputs and outputs as the run")
    _check_work(run.config, run.layout, data)
    made = (Change(run.step, DATA, data.m_train),)
    # Of many in a row the first and the last are remembered: a drag is not dozens of marks.
    known = run.changes
    known = known[:-1] if len(known) > 1 and all(c.field == DATA for c in known[-2:]) else known
    return replace(
        run, data=data, data_key=data.key, epoch=run.epoch + bool(run.position), position=0,
        changes=_remembered(known, made),
    )  # fmt: skip


def exchanged(run: Run) -> int | None:
    """Return the step from which on the run's data is what it is, None where that is the start."""
    return max((made.step for made in run.changes if made.field == DATA), default=None)


def _remembered(changes: tuple[Change, ...], made: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the changes with new ones: of one step the last value counts, so a drag is one change.

    Not so for the batch size, where each begins an epoch of its own.
    """
    again = {(c.step, c.field) for c in made if c.field != "batch_size"}
    return tuple(c for c in changes if (c.step, c.field) not in again) + made


def edit(run: Run, layer: int, unit: int, source: int | None, value: float) -> Run:
    """Return the run with one weight set by hand, remembered in run.changes.

    layer: 1-based; unit: of that layer, source: of the layer below, both 0-based; source None or
    -1 is the unit's bias. What the optimiser remembers stays. Raises ValueError.
    """
    at = check_edit(run, layer, unit, source, value)
    p = run.parameters.copy()
    p[at] = value
    if p[at] == run.parameters[at]:
        return run
    made = Change(run.step, parameter_name(layer, unit, source), float(p[at]))
    return replace(run, parameters=_frozen(p), changes=_remembered(run.changes, (made,)))


def check_edit(run: Run, layer: int, unit: int, source: int | None, value: float) -> int:
    """Return where the parameter lies that an edit sets. Raises ValueError where it can't."""
    at = run.layout.place(layer, unit, source)
    check_weight("value", value)
    if run.diverged:
        raise ValueError("value: a run that has diverged can't be edited; reset it first")
    return at


def check_weight(name: str, value: Any) -> None:
    """Raise ValueError where a value, called so, is none that a weight can be set to."""
    real = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    # Written so that NaN fails, and before the conversion, which a huge int would overflow.
    if not real or not -LARGEST_EDIT <= value <= LARGEST_EDIT:
        raise ValueError(
            f"{name}: {shown(value)} is not allowed; "
            f"allowed: numbers from {-LARGEST_EDIT:,.0f} to {LARGEST_EDIT:,.0f}"
        )


def parameter_name(layer: int, unit: int, source: int | None) -> str:
    """Return what a link and Change.field call a weight, "w1.2.0", or a bias, "b1.2"."""
    bias = source is None or source < 0
    return f"b{layer}.{unit}" if bias else f"w{layer}.{unit}.{source}"


def parameter_place(name: str) -> tuple[int, int, int | None]:
    """Return (layer, unit, source) of a parameter's name. Raises ValueError for any other text."""
    found = PARAMETER.fullmatch(name)
    if found is None:
        raise ValueError(f"{shown(name)} is not the name of a weight (w1.2.0) or a bias (b1.2)")
    w, layer, unit, source, b, bias_unit = found.groups()
    return (int(layer), int(unit), int(source)) if w else (int(b), int(bias_unit), None)


def applied(run: Run, made: Change) -> Run:
    """Return the run with a change or an edit of another run's made in it. Raises ValueError."""
    if made.field == DATA:
        raise ValueError(f"data: it was another before step {made.step:,}, which is not kept")
    if made.field in LIVE_FIELDS:
        # Also where it comes back to what it was: the other run remembers that too.
        changes = _remembered(run.changes, (replace(made, step=run.step),))
        return replace(change(run, **{made.field: made.value}), changes=changes)
    return edit(run, *parameter_place(made.field), made.value)


def replay(run: Run, step: int, since: Run | None = None) -> Run:
    """Return the run as it was (or will be) at `step`, recomputed from its start.

    since: an earlier state of this run, to recompute from instead.
    """
    now = since or replace(
        run, config=run.origin, parameters=run.initial, state=_frozen(np.zeros_like(run.state)),
        running=_frozen(starting_moments(run.origin, data_of(run), run.initial)),
        step=0, epoch=0, position=0, changes=(), diverged=None,
    )  # fmt: skip
    left = [
        made
        for made in run.changes
        if now.step <= made.step <= step and (made.step > now.step or made not in now.changes)
    ]
    for made in left:
        now, _ = advance(now, made.step - now.step)
        now = applied(now, made)
    return advance(now, step - now.step)[0]


def advance(
    run: Run,
    steps: int,
    watch: Watch | None = None,
    until: Callable[[], bool] | None = None,
    check_every: int = 64,
) -> tuple[Run, list[Record]]:
    """Return the run `steps` steps on, and the records that `watch` asked for on the way.

    until: asked every `check_every` steps; the slice ends early where it says True. A run that
    diverges stops at its last finite state; a diverged run is returned as it is.
    """
    if run.diverged or steps <= 0:
        return run, []
    with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
        return _advance(trainer, run, steps, watch, until, check_every)


def _advance(
    trainer: Trainer,
    run: Run,
    steps: int,
    watch: Watch | None,
    until: Callable[[], bool] | None,
    check_every: int,
) -> tuple[Run, list[Record]]:
    step, epoch, position, end = run.step, run.epoch, run.position, run.step + steps
    records: list[Record] = []
    left = False
    while step < end and not left:
        stop = end if until is None else min(end, step + check_every)
        if watch is not None:
            stop = min(stop, step - step % watch.every + watch.every)
        try:
            epoch, position = trainer.train(step, epoch, position, stop - step)
        except OutOfRange:
            left = True
        step = stop
        if watch is not None and step % watch.every == 0 and not left:
            records.append(measure(trainer, step, epoch))
        if until is not None and until():
            break
    # A step within the range can still lead to a cost that is not: the next step will find it.
    records = [r for r in records if abs(r.train_cost) <= LIMIT]
    if left or left_range(trainer):
        run, divergence = _last_finite(trainer, run, step)
        return replace(run, diverged=divergence), [r for r in records if r.step <= run.step]
    return _saved(trainer, run, step, epoch, position), records


def in_range(record: Record) -> list[Record]:
    """Return the record in a list, or none where its costs are out of range: the run is ending."""
    costs = [record.train_cost] + [record.test_cost] * (not np.isnan(record.test_cost))
    return [record] if all(abs(c) <= LIMIT for c in costs) else []


def _saved(trainer: Trainer, run: Run, step: int, epoch: int, position: int) -> Run:
    return replace(
        run, parameters=_frozen(trainer.p.copy()), state=_frozen(trainer.state.copy()),
        running=_frozen(trainer.running.copy()), step=step, epoch=epoch, position=position,
    )  # fmt: skip


#: Fields that a compiled trainer does not depend on: the learning rate is read at every slice, and
#: the initialiser's fields only matter before step 0. People move these most.
NOT_COMPILED = ("learning_rate", "initializer", "sigma_w", "sigma_b")


def trainer_key(run: Run) -> tuple:
    """Return the cache key of a run's Trainer: all settings but those that every step is given."""
    settings = tuple(v for k, v in vars(run.config).items() if k not in NOT_COMPILED)
    return "trainer", run.data_key, settings


@contextmanager
def borrowed_trainer(run: Run) -> Iterator[Trainer]:
    """Lend a Trainer loaded with a run, from the cache where it can, for a with statement."""
    key, data = trainer_key(run), data_of(run)
    trainer = CACHE.take(key) or Trainer(run.config, data)
    trainer.config = run.config
    trainer.p[:], trainer.state[:], trainer.running[:] = run.parameters, run.state, run.running
    try:
        yield trainer
    finally:
        CACHE.put(key, trainer, trainer.nbytes)


def left_range(trainer: Trainer) -> bool:
    """Return whether a parameter, a logit or the cost of the last batch is out of range."""
    logits, limit = trainer.last.guard(LIMIT)
    return not (_within(trainer.p) and logits.dot(logits) <= limit)


def _within(array: Array) -> bool:
    # One pass over the array: a NaN or an infinity makes the comparison false.
    return bool(np.abs(array).max(initial=0.0) <= LIMIT)


def _last_finite(trainer: Trainer, run: Run, end: int) -> tuple[Run, Divergence]:
    """Return the state before the first step in (run.step, end] that left the range, and where."""
    trainer.p[:], trainer.state[:], trainer.running[:] = run.parameters, run.state, run.running
    while run.step < end:
        try:
            epoch, position = trainer.train(run.step, run.epoch, run.position, 1)
            left = left_range(trainer)
        except OutOfRange:
            left = True
        if left:
            return run, _where(trainer, run.step + 1)
        run = _saved(trainer, run, run.step + 1, epoch, position)
    raise AssertionError("the slice left the range, its replay did not")


def _where(trainer: Trainer, step: int) -> Divergence:
    """Return the first quantity of a step that left the range, in the order of computation."""
    net = trainer.last
    layers = range(1, len(net.W) + 1)
    candidates = [(l, "pre-activation", net.preactivation(l)) for l in layers]
    candidates += [(l, "gradient", net.G[l - 1]) for l in reversed(layers)]
    candidates += [(l, "weight", net.W[l - 1]) for l in layers]
    for layer, quantity, values in candidates:
        if not _within(values):
            return Divergence(step, layer, quantity, float(np.abs(values).max()))
    return Divergence(step, len(net.W), "cost", float(np.square(net.logits).max() / 2))
