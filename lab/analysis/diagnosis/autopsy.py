"""The autopsy of a run that diverged: its last steps recomputed, and the first thing that broke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dnn.config import FIELDS
from dnn.engine.fused import OutOfRange, fuse
from dnn.engine.layout import Array
from dnn.engine.network import TRAINING, Pass
from dnn.engine.trainer import LIMIT, Trainer
from dnn.engine.update import decays
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import rate_at
from dnn.run.training import (
    Change,
    Divergence,
    Run,
    advance,
    applied,
    borrowed_trainer,
    change,
    exchanged,
    replay,
)
from lab.analysis.diagnosis.fix import Fix
from lab.text.numbers import short

#: So many of the last steps are looked at.
STEPS = 50
#: What is measured of each layer at each step, in the order of computation.
QUANTITIES = ("activation", "delta", "gradient", "update", "parameter")
#: A quantity has taken off where it is beyond so many times its calm size, and stays there.
TAKEN_OFF = 10.0
#: With clipping no step of gradient descent changes the parameters by more than this share.
LARGEST_STEP = 0.01
#: Steps that an offered change is tried for, and parameters x examples that this may go over.
TRIAL, TRIAL_WORK = 200, 300_000_000


@dataclass(frozen=True)
class Event:
    """When and where something happened: `quantity` of `layer` (1-based) was `value` at `step`.

    quantity: one of QUANTITIES, "logit" for the output's activation, or "cost".
    """

    step: int
    layer: int
    quantity: str
    value: float


@dataclass(frozen=True)
class Offer:
    """A change to go back with, and what became of it.

    tried, survived: how many steps it was tried for, and how many of them it survived.
    """

    fix: Fix
    tried: int
    survived: int


@dataclass(frozen=True, eq=False)
class Autopsy:
    """The last steps of a run, the one that left the range being the last.

    steps (k,): step n leads from n - 1 updates to n. largest, rms: by quantity, (k, L), the largest
    absolute value and the root mean square over a layer's weights and biases, or over its units and
    the batch's examples; the output's activation is its logits. cost (k,): of the batch, without
    penalties; gradients have them, and are as they were before clipping; norm (k,): of the whole
    gradient. broke: the first that left the range;
    began: the first that took off before; back: the run as it was before the first of these steps.
    """

    steps: Array
    largest: dict[str, Array]
    rms: dict[str, Array]
    cost: Array
    norm: Array
    broke: Event
    began: Event
    back: Run
    offers: tuple[Offer, ...]

    def quantity(self, name: str, layer: int) -> str:
        """Return what a quantity is called in a layer: the output's activation is the logit."""
        output = layer == self.largest["activation"].shape[1]
        return "logit" if name == "activation" and output else name


@dataclass(frozen=True, eq=False)
class _Step:
    """The sizes of one step: (2, L) a quantity, largest and rms; and two numbers."""

    sizes: dict[str, Array]
    cost: float
    norm: float


def autopsy(run: Run, before: Run | None = None, steps: int = STEPS) -> Autopsy:
    """Return the autopsy of a run that diverged.

    before: the same run at an earlier step, from which to recompute; by default its start. What is
    recomputed is the run itself, bit for bit. Raises ValueError for a run that has not diverged,
    and for a `before` that is not `steps` steps back (or at the start, or
    where the data has changed).
    """
    if run.diverged is None:
        raise ValueError("run: it has not diverged; there is nothing to look for")
    first = max(exchanged(run) or 0, run.diverged.step - steps)
    if before is not None and before.step > first:
        raise ValueError(f"before: step {before.step} is not allowed; it is at most {first}")
    back = replay(run, first) if before is None else _onward(before, run, first)
    made = list(_steps(back, run))
    largest, rms = (
        {q: np.array([step.sizes[q][row] for step in made]) for q in QUANTITIES} for row in (0, 1)
    )
    cost, norm = (np.array([getattr(step, name) for step in made]) for name in ("cost", "norm"))
    numbers = np.arange(first + 1, run.diverged.step + 1)
    events = _events(numbers, largest, cost)
    broke = next((e for e in events if not abs(e.value) <= LIMIT), _named(run.diverged))
    began = _took_off(numbers, largest, rms) or broke
    calm = norm[: max(1, began.step - first - 1)]
    offers = tuple(_offer(back, len(made), *found) for found in _changes(back, calm))
    return Autopsy(numbers, largest, rms, cost, norm, broke, began, back, offers)


def _named(found: Divergence) -> Event:
    """Return what stopped the run: a pre-activation whose activation is bounded, at most."""
    names = {"pre-activation": "activation", "weight": "parameter"}
    return Event(found.step, found.layer, names.get(found.quantity, found.quantity), found.value)


def _onward(now: Run, run: Run, step: int) -> Run:
    """Return an earlier state of a run, advanced to `step`, with the changes made on the way."""
    for made in _left(now, run, step):
        now, _ = advance(now, made.step - now.step)
        now = applied(now, made)
    return advance(now, step - now.step)[0]


def _left(now: Run, run: Run, step: int) -> list[Change]:
    """Return the changes of a run that this earlier state does not have, up to `step`."""
    return [
        made
        for made in run.changes
        if now.step <= made.step <= step and (made.step > now.step or made not in now.changes)
    ]


def _steps(now: Run, run: Run) -> Iterator[_Step]:
    """Yield the sizes of each step from an earlier state of a run to the step that broke it."""
    measure = _Measure()
    while True:
        now = _onward(now, run, now.step)
        after, _ = advance(now, 1)
        yield measure(now, None if after.diverged else after.parameters)
        if after.diverged:
            return
        if now.step == run.step:
            raise ValueError("run: it has been changed since it diverged; give it as it was then")
        now = after


class _Measure:
    """Passes of their own over the batches of a run, one for each size of a batch."""

    def __init__(self) -> None:
        self.trainer: Trainer | None = None
        self.passes: dict[int, tuple[Pass, Any, Array]] = {}

    def __call__(self, now: Run, after: Array | None) -> _Step:
        """Return the sizes of the step that follows a state and leads to the parameters `after`.

        after: None where the step left the range; it is made once more then.
        """
        with borrowed_trainer(now) as trainer, np.errstate(all="ignore"):
            if trainer is not self.trainer:
                self.trainer, self.passes = trainer, {}
            batches, _ = trainer.batches.stretch(now.epoch, now.position, 1)
            X, XT, T = next(iter(batches))
            net, run, g = self._pass(trainer, X.shape[1])
            if net.dropout:
                (mask,) = trainer.masks.between(now.step, [net.total])
                run([((X, XT, T), mask)])
            else:
                run([(X, XT, T)])
            if after is None:
                after = _made(trainer, now)
            return _sizes(net, g + _penalty(now), now.parameters, after, T)

    def _pass(self, trainer: Trainer, m: int) -> tuple[Pass, Any, Array]:
        if m not in self.passes:
            mode = replace(TRAINING, batch=m > 1, update=False)
            g = np.zeros_like(trainer.p)
            net = Pass(trainer.architecture, trainer.p, g, m, mode, trainer.running)
            run = fuse([*net.forward(), *net.backward()], masked=net.dropout)
            self.passes[m] = net, run, g
        return self.passes[m]


def _penalty(now: Run) -> Array | float:
    """Return the gradient of the penalties, where they are part of the gradient."""
    config, p = now.config, now.parameters
    l2 = 0.0 if decays(config) else config.l2
    if not l2 and not config.l1:
        return 0.0
    penalty = now.layout.weight_mask() * (l2 * p + config.l1 * np.sign(p))
    return penalty.astype(p.dtype)


def _made(trainer: Trainer, now: Run) -> Array:
    """Return the parameters behind a step that leaves the range."""
    with suppress(OutOfRange):
        trainer.train(now.step, now.epoch, now.position, 1)
    return trainer.p.copy()


def _sizes(net: Pass, g: Array, p: Array, after: Array, T: Array) -> _Step:
    L, layout = len(net.W), net.layout
    values: dict[str, Sequence[Array]] = {
        "activation": [*(net.activation(l) for l in range(1, L)), net.logits],
        "delta": net.deltas,
        "gradient": layout.views(g),
        "update": layout.views(after.astype(float) - p),
        "parameter": layout.views(after),
    }
    sizes = {q: np.array([_size(part) for part in parts]).T for q, parts in values.items()}
    target = (T + 1) / 2 if net.loss.key == "logistic" else T
    cost = float(np.mean(net.loss.cost(net.logits, target)))
    return _Step(sizes, cost, _size(g)[1] * float(np.sqrt(g.size)))


def _size(values: Array) -> tuple[float, float]:
    """Return the largest absolute value and the root mean square, of numbers of any size."""
    values = np.abs(values.astype(float))
    top = float(values.max())
    if not np.isfinite(top) or not top:
        return top, top
    return top, top * float(np.sqrt(np.mean((values / top) ** 2)))


def _order(L: int) -> list[tuple[str, int]]:
    """Return (quantity, layer) in the order of computation within a step."""
    up, down = range(1, L + 1), range(L, 0, -1)
    back = [(q, l) for l in down for q in ("delta", "gradient")]
    return [*(("activation", l) for l in up), *back, *((q, l) for q in QUANTITIES[3:] for l in up)]


def _events(steps: Array, largest: dict[str, Array], cost: Array) -> Iterator[Event]:
    """Yield the largest value of everything, in the order of computation."""
    L = largest["activation"].shape[1]
    for row, step in enumerate(steps):
        for quantity, layer in _order(L):
            logit = quantity == "activation" and layer == L
            name = "logit" if logit else quantity
            yield Event(int(step), layer, name, float(largest[quantity][row, layer - 1]))
            if logit:
                yield Event(int(step), L, "cost", float(cost[row]))


def _took_off(steps: Array, largest: dict[str, Array], rms: dict[str, Array]) -> Event | None:
    """Return the first quantity that took off: from there on beyond 10 times its calm size.

    The calm size is the median rms over the first half of the steps. Of what takes off at one step
    the first in the order of computation counts. None where nothing does, as where it all takes
    three steps.
    """
    half, found = max(1, len(steps) // 2), []
    L = rms["activation"].shape[1]
    for place, (quantity, layer) in enumerate(_order(L)):
        values = rms[quantity][:, layer - 1]
        with np.errstate(all="ignore"):
            calm = np.median(values[:half])
            over = ~(values <= TAKEN_OFF * calm)
        if not np.isfinite(calm) or not over[-1]:
            continue
        row = len(over) - int(np.argmin(over[::-1])) if not over.all() else 0
        found.append((row, place, quantity, layer))
    if not found:
        return None
    row, _, quantity, layer = min(found)
    name = "logit" if quantity == "activation" and layer == L else quantity
    return Event(int(steps[row]), layer, name, float(largest[quantity][row, layer - 1]))


def _changes(back: Run, calm: Array) -> list[tuple[str, dict[str, Any]]]:
    """Return the changes to go back with: clipping, and a tenth of the learning rate.

    Clipping is at the median norm of the gradient before it took off, and for optimisers whose
    steps are proportional to it at what changes the parameters by 1 % at most.
    Source: Pascanu, Mikolov & Bengio 2013, section 3.2.
    """
    found, about = [], FIELDS["clip_norm"]
    config, good = back.config, calm[np.isfinite(calm) & (calm > 0)]
    limit = float(np.median(good)) if len(good) else 1.0
    if not OPTIMIZERS[config.optimizer].divides:
        remembered = "momentum" in OPTIMIZERS[config.optimizer].uses
        share = LARGEST_STEP * (1 - config.momentum if remembered else 1.0)
        size = float(np.linalg.norm(back.parameters.astype(float)))
        limit = min(limit, share * size / rate_at(config, back.step))
    clip = min(about.max, float(f"{limit:.2g}"))
    if clip > 0 and not 0 < config.clip_norm <= clip:
        found.append((f"the gradient's norm clipped at {short(clip)}", {"clip_norm": clip}))
    rate = max(FIELDS["learning_rate"].min, float(f"{config.learning_rate / 10:.3g}"))
    if rate < config.learning_rate:
        found.append((f"learning rate {short(rate)}", {"learning_rate": rate}))
    return found


def _offer(back: Run, steps: int, text: str, fields: dict[str, Any]) -> Offer:
    """Return the offer of a change, tried for as many steps as do not take long."""
    assert back.data is not None
    batch = min(back.config.batch_size or back.data.m_train, back.data.m_train)
    tried = max(steps, min(TRIAL, TRIAL_WORK // (back.layout.size * batch)))
    went, _ = advance(change(back, **fields), tried)
    button = f"Go back {steps} steps with {text}" if back.step else f"Start again with {text}"
    fix = Fix(button, fields, live=True, from_step=back.step)
    return Offer(fix, tried, went.step - back.step)
