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
from dnn.engine.update import Update
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import rate_at
from dnn.run.training import (
    Divergence,
    Run,
    advance,
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

#: Of one step: a quantity's largest value and rms in each layer, (2, L); the cost; the gradient's
#: norm.
Step = tuple[dict[str, Array], float, float]


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
    gradient. broke: the first that left the range; began: the first that took off before; their
    quantity is one of QUANTITIES, "logit" for the output's activation, or "cost". back: the run as
    it was before the first of these steps.
    """

    steps: Array
    largest: dict[str, Array]
    rms: dict[str, Array]
    cost: Array
    norm: Array
    broke: Divergence
    began: Divergence
    back: Run
    offers: tuple[Offer, ...]


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
    back = replay(run, first, since=before)
    made = list(_steps(back, run))
    largest, rms = (
        {q: np.array([sizes[q][row] for sizes, _, _ in made]) for q in QUANTITIES} for row in (0, 1)
    )
    cost, norm = (np.array(column) for column in list(zip(*made, strict=True))[1:])
    numbers = np.arange(first + 1, run.diverged.step + 1)
    events = _events(numbers, largest, cost)
    broke = next((e for e in events if not abs(e.value) <= LIMIT), _named(run.diverged))
    began = _took_off(numbers, largest, rms) or broke
    calm = norm[: max(1, began.step - first - 1)]
    offers = tuple(_offer(back, len(made), *found) for found in _changes(back, calm))
    return Autopsy(numbers, largest, rms, cost, norm, broke, began, back, offers)


def _named(found: Divergence) -> Divergence:
    """Return what stopped the run: a pre-activation whose activation is bounded, at most."""
    names = {"pre-activation": "activation", "weight": "parameter"}
    return replace(found, quantity=names.get(found.quantity, found.quantity))


def _steps(now: Run, run: Run) -> Iterator[Step]:
    """Yield the sizes of each step from an earlier state of a run to the step that broke it."""
    passes: dict[tuple[Trainer, int], tuple[Pass, Any, Array]] = {}
    while True:
        now = replay(run, now.step, since=now)  # with the changes that were made here
        with borrowed_trainer(now) as trainer, np.errstate(all="ignore"):
            step = _measured(trainer, now, passes)
        yield step
        after, _ = advance(now, 1)
        if after.diverged:
            return
        if now.step == run.step:
            raise ValueError("run: it has been changed since it diverged; give it as it was then")
        now = after


def _measured(
    trainer: Trainer, now: Run, passes: dict[tuple[Trainer, int], tuple[Pass, Any, Array]]
) -> Step:
    """Return the sizes of the step that follows the state which the trainer holds.

    passes: those that are compiled already, by trainer and size of the batch.
    """
    batches, _ = trainer.batches.stretch(now.epoch, now.position, 1)
    X, XT, T = next(iter(batches))
    key = trainer, X.shape[1]
    if key not in passes:
        passes[key] = _compiled(*key)
    net, run, g = passes[key]
    if net.dropout:
        (mask,) = trainer.masks.between(now.step, [net.total])
        run([((X, XT, T), mask)])
    else:
        run([(X, XT, T)])
    with suppress(OutOfRange):
        trainer.train(now.step, now.epoch, now.position, 1)
    L, views = len(net.W), net.layout.views
    values: dict[str, Sequence[Array]] = {
        "activation": [*(net.activation(l) for l in range(1, L)), net.logits],
        "delta": net.deltas,
        "gradient": views(g),
        "update": views(trainer.p.astype(float) - now.parameters),
        "parameter": views(trainer.p),
    }
    sizes = {q: np.array([_size(part) for part in parts]).T for q, parts in values.items()}
    target = (T + 1) / 2 if net.loss.key == "logistic" else T
    cost = float(np.mean(net.loss.cost(net.logits, target)))
    return sizes, cost, _size(g)[1] * float(np.sqrt(g.size))


def _compiled(trainer: Trainer, m: int) -> tuple[Pass, Any, Array]:
    """Return a pass over m examples in buffers of its own, with its loop and its gradient.

    The gradient has the penalties in it.
    """
    mode, work = replace(TRAINING, batch=m > 1, update=False), np.zeros_like(trainer.work)
    net = Pass(trainer.architecture, trainer.p, work[0], m, mode, trainer.running)
    update = Update(trainer.config, trainer.layout, trainer.p, work, trainer.state)
    calls = [*net.forward(), *net.backward(), *update.penalties()]
    return net, fuse(calls, masked=net.dropout), work[0]


def _size(values: Array) -> tuple[float, float]:
    """Return the largest absolute value and the root mean square, of numbers of any size."""
    values = np.abs(values.astype(float))
    top = float(values.max())
    if not np.isfinite(top) or not top:
        return top, top
    return top, top * float(np.sqrt(np.mean((values / top) ** 2)))


def _order(L: int) -> list[tuple[str, int, str]]:
    """Return quantity, layer and the quantity's name there, in the order of computation in a step.

    The output's activation is the logit.
    """
    up, down = range(1, L + 1), range(L, 0, -1)
    forward = [("activation", l, "logit" if l == L else "activation") for l in up]
    back = [(q, l, q) for l in down for q in ("delta", "gradient")]
    return [*forward, *back, *((q, l, q) for q in QUANTITIES[3:] for l in up)]


def _events(steps: Array, largest: dict[str, Array], cost: Array) -> Iterator[Divergence]:
    """Yield the largest value of everything, in the order of computation."""
    L = largest["activation"].shape[1]
    for row, step in enumerate(steps.tolist()):
        for quantity, layer, name in _order(L):
            yield Divergence(step, layer, name, float(largest[quantity][row, layer - 1]))
            if name == "logit":
                yield Divergence(step, L, "cost", float(cost[row]))


def _took_off(steps: Array, largest: dict[str, Array], rms: dict[str, Array]) -> Divergence | None:
    """Return the first quantity that took off: from there on beyond 10 times its calm size.

    The calm size is the median rms over the first half of the steps. Of what takes off at one step
    the first in the order of computation counts. None where nothing does, as where it all takes
    three steps.
    """
    half, order, found = max(1, len(steps) // 2), _order(rms["activation"].shape[1]), []
    for place, (quantity, layer, _) in enumerate(order):
        values = rms[quantity][:, layer - 1]
        with np.errstate(all="ignore"):
            calm = np.median(values[:half])
            over = ~(values <= TAKEN_OFF * calm)
        if np.isfinite(calm) and over[-1]:
            found.append((0 if over.all() else len(over) - int(np.argmin(over[::-1])), place))
    if not found:
        return None
    row, place = min(found)
    quantity, layer, name = order[place]
    return Divergence(int(steps[row]), layer, name, float(largest[quantity][row, layer - 1]))


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
