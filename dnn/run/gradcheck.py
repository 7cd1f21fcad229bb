"""Back-propagation against central differences, block by block, on the network at hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from dnn.engine.fused import Slot
from dnn.engine.layout import Block
from dnn.engine.network import Array, with_ones
from dnn.parts.activations import ACTIVATIONS
from dnn.run.inference import AS_TRAINING, Question
from dnn.run.training import Run, data_of

#: A block agrees up to this |g - d| / max(|g|, |d|), and differs above it.
AGREES = 1e-5
#: A parameter that agrees as well as this needs no other step.
GOOD = 1e-7
#: The steps of the differences, as shares of the mean size of the block's parameters, and the
#: first to be tried.
STEPS, FIRST = tuple(10.0**-k for k in range(2, 10)), 2
#: Differences at neighbouring steps have settled when they are within this share of each other.
SETTLED = 0.01
#: At most about so many parameters are moved, and so many training examples looked at.
PARAMETERS, EXAMPLES = 60, 32
#: What the moves of a check may cost where one step each is enough, in multiply-adds, of which a
#: NumPy call is worth CALL; where it is not: so many steps a parameter, and more at first.
WORK, CALL, TRIES, RESERVE = 200_000_000, 3000, 2, 12
#: J is taken to be uncertain by so many times what moving the weights by one rounding does to it.
SAFETY = 3.0
STREAM = 7


@dataclass(frozen=True, kw_only=True)
class Check:
    """How far back-propagation and central differences are apart.

    verdict: "agrees", "differs" or "undecided". difference: |g - d| / max(|g|, |d|) of the worst
    block that could be judged, over its parameters looked at, vectors g and d; NaN where none could
    be, or where backward gives NaN; worst: that block's name. checked: how many of the `size`
    parameters were compared; at_kinks: how many more were left out, because moving them carried a
    unit across the kink of its activation. small, rough: layers that could not be judged, because
    their gradient is less than rounding lets differences resolve, or because differences do not
    settle; unseen: layers that WORK left no time for. layers, step, dropout: the run's.
    """

    verdict: str
    difference: float
    checked: int
    at_kinks: int
    step: int
    size: int
    worst: str = ""
    small: tuple[int, ...] = ()
    rough: tuple[int, ...] = ()
    unseen: tuple[int, ...] = ()
    layers: int = 1
    dropout: float = 0.0

    @property
    def judged(self) -> int:
        """The number of layers that could be judged."""
        return self.layers - len({*self.small, *self.rough, *self.unseen})

    def __str__(self) -> str:
        if math.isnan(self.difference) and self.verdict == "differs":
            return f"back-propagation gives NaN in {self.worst}"
        share = f"on {self.checked:,} of {self.size:,} parameters"
        said = {
            "agrees": f"back-propagation agrees with finite differences to {self.difference:.0e} "
            f"{share} (worst: {self.worst})",
            "differs": f"back-propagation differs from finite differences by "
            f"{self.difference:.0e} in {self.worst} ({share})",
            "undecided": "finite differences cannot tell whether back-propagation is right"
            + (f": they judge {self.judged} of {self.layers} layers" if self.judged else ""),
        }[self.verdict]
        return "; ".join([said, *self._left_out()])

    def _left_out(self) -> Iterable[str]:
        """Yield what the check says nothing about, and why."""
        if self.small:
            verb = ("gradient", "is") if len(self.small) == 1 else ("gradients", "are")
            yield (
                f"the {verb[0]} of {_layers(self.small)} {verb[1]} too small for finite differences"
            )
        if self.rough:
            yield f"in {_layers(self.rough)} finite differences do not settle"
        if self.unseen:
            yield f"{_layers(self.unseen)} not looked at"
        if self.at_kinks:
            lay = "parameter lay" if self.at_kinks == 1 else "parameters lay"
            yield f"{self.at_kinks:,} more {lay} at a kink"


def gradcheck(
    run: Run, X: Array | None = None, Y: Array | None = None, parameters: int | None = None
) -> Check:
    """Return how well backward agrees with central differences of the cost, in float64.

    As a training step sees the examples: normalised by their own moments, with the dropout mask
    that a full batch of just these examples would get at the run's step; without penalties, whose
    derivatives are no matter of back-propagation. X (n_0, m), Y: the examples, else the first
    EXAMPLES of the training part. parameters: how many to move, drawn at random but spread evenly
    over the blocks; by default about PARAMETERS, or what WORK allows.

    Each block is compared by itself, and judged only where its differences can be trusted: where
    they agree with backward, or where three neighbouring steps agree with each other.

    Source: central differences, (J(theta + h) - J(theta - h)) / 2h, h from 1e-2 to 1e-9 times the
    size of a block's parameters.
    """
    data = data_of(run)
    if X is None or Y is None:
        X, Y = data.X_train[:, :EXAMPLES], data.Y_train[:, :EXAMPLES]
    run = replace(
        run,
        config=replace(run.config, dtype="float64"),
        parameters=run.parameters.astype(np.float64),
        running=run.running.astype(np.float64),
    )
    question = Question(run, X, Y, AS_TRAINING)
    rng = np.random.default_rng([run.config.seed, STREAM, run.step])
    with np.errstate(all="ignore"):
        g, rounding = _backward(question, rng)
        moves = _Moves(question, np.asarray(X, np.float64), rng)
        counts = _counts(run.layout.blocks, parameters or moves.affordable())
        chosen = [_picked(b, n, g, rng) for b, n in zip(run.layout.blocks, counts, strict=True)]
        verdicts = _compare(moves, run.layout.blocks, chosen, g, rounding)
    return _check(run, verdicts)


def _backward(question: Question, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the gradient, and how much of it changes when the weights move by one rounding."""
    p, kept = question.p, question.p.copy()
    p[:] = _nudged(kept, rng)
    question.run()
    other = question.g.copy()
    p[:] = kept
    question.run()
    return question.g.copy(), np.abs(question.g - other)


def _nudged(values: Array, rng: np.random.Generator) -> Array:
    signs = rng.integers(0, 2, values.shape) * 2 - 1
    return values * (1 + signs * np.finfo(float).eps)


# --- which parameters are moved ------------------------------------------------------------------


def _counts(blocks: Sequence[Block], count: int) -> list[int]:
    """Return how many parameters of each block to move: `count` in all, as evenly as can be."""
    counts = [0] * len(blocks)
    some = np.unique(np.linspace(0, len(blocks) - 1, min(count, len(blocks))).round().astype(int))
    for done, i in enumerate(sorted(some, key=lambda i: blocks[i].stop - blocks[i].start)):
        left = count - sum(counts)
        counts[i] = min(blocks[i].stop - blocks[i].start, left // (len(some) - done))
    return counts


def _picked(block: Block, count: int, g: Array, rng: np.random.Generator) -> Array:
    """Return `count` parameters of a block: the one of the largest gradient, and one at random of
    each of as many equal parts of the others, column by column, so that biases are among them.
    """
    index = np.arange(block.start, block.stop)
    if count >= len(index) or not count:
        return index[:count]
    top = index[np.argmax(np.nan_to_num(np.abs(g[index]), nan=np.inf))]
    others = index.reshape(block.shape).T.ravel()
    others = others[others != top]
    edges = np.arange(count) * len(others) // max(1, count - 1)
    return np.sort(np.append(others[rng.integers(edges[:-1], edges[1:])], top))


# --- central differences -------------------------------------------------------------------------


class _Moves:
    """The cost with single parameters moved.

    Block by block from the last one: what lies before a layer is not computed again. noise: how
    far J is uncertain by rounding in the layers from the present one on.
    """

    def __init__(self, question: Question, X: Array, rng: np.random.Generator):
        self.question, self.net, self.p, self.rng = question, question.net, question.p, rng
        inputs = with_ones(X, self.p.dtype).T
        calls = [
            (f, tuple(inputs if isinstance(o, Slot) else o for o in operands))
            for f, operands in self.net.forward()
        ]
        products = {id(W) for W in self.net.W}
        starts = [i for i, (f, _) in enumerate(calls) if id(getattr(f, "__self__", 0)) in products]
        self._from = [calls[start:] for start in starts]
        self._kinks = [ACTIVATIONS[key].has_kink for key in self.net.architecture.activations]
        self.J = self._cost(len(starts))
        self.noise = SAFETY * float(np.finfo(float).eps) * abs(self.J)
        self.layer = len(starts) + 1

    def affordable(self) -> int:
        """Return how many parameters to move: about PARAMETERS, or two a block, within WORK."""
        layout, calls = self.net.layout, len(self._from[0]) + 10
        # Half the layers on average, twice.
        step = layout.size * self.net.m + calls * CALL
        return max(4, min(max(PARAMETERS, 2 * len(layout.blocks)), WORK // step))

    def enter(self, block: Block) -> None:
        """Go on to a block, of the present layer or one before it."""
        self.layer, part = block.layer, self.p[block.start : block.stop]
        self.unit = float(np.abs(part).mean()) or 1.0
        kept = part.copy()
        part[:] = _nudged(kept, self.rng)
        self.noise = max(self.noise, SAFETY * abs(self._cost(self.layer) - self.J))
        part[:] = kept

    def noise_at(self, k: int) -> float:
        """Return how far the difference at step number k is uncertain."""
        return self.noise / (self.unit * STEPS[k])

    def difference(self, i: int, k: int) -> tuple[float, bool]:
        """Return the derivative of J by parameter i, and whether a unit crossed its kink.

        k: the number of the step.
        """
        kept, h = float(self.p[i]), self.unit * STEPS[k]
        sides, values, patterns = [], [], []
        for sign in (1, -1):
            self.p[i] = kept + sign * h
            values.append(float(self.p[i]))
            sides.append(self._cost(self.layer))
            patterns.append(self._pattern())
        self.p[i] = kept
        crossed = any((a != b).any() for a, b in zip(*patterns, strict=True))
        width = values[0] - values[1]
        return (sides[0] - sides[1]) / width if width else math.nan, crossed

    def _cost(self, layer: int) -> float:
        """Return J, computed from a layer on."""
        for function, operands in self._from[layer - 1]:
            function(*operands)
        losses = self.net.loss.cost(self.net.logits, self.question.Y)  # type: ignore[arg-type]
        return float(losses.mean())

    def _pattern(self) -> list[Array]:
        """Return on which side of its kink every unit is, for every example."""
        behind = range(self.layer, len(self._kinks) + 1)
        return [self.net.branch(l) > 0 for l in behind if self._kinks[l - 1]]


@dataclass(frozen=True)
class _Derivative:
    """What differences say of one parameter whose gradient is g by backward.

    value: NaN where they can't be trusted; agrees: it was trusted because g is the same; crossed:
    a unit went over its kink at every step; step: the number of the one that settled it.
    """

    g: float
    value: float
    agrees: bool
    crossed: bool
    step: int
    tries: int


def _derivative(
    moves: _Moves, i: int, g: float, error: float, top: float, first: int, tries: int
) -> _Derivative:
    """Return the derivative of J by parameter i, at ever smaller steps until it can be trusted.

    error: how far rounding moves g; top: the largest gradient of the block.
    """
    if moves.noise_at(first) > GOOD * top:
        # Too small a step for what there is to see: the largest that will do.
        first = max((k for k in range(first) if moves.noise_at(k) <= GOOD * top), default=0)
    near, value, unsure, step = math.inf, math.nan, math.inf, first
    row: list[tuple[float, float]] = []
    all_crossed, k = True, first
    for k in range(first, min(first + tries, len(STEPS))):
        d, crossed = moves.difference(i, k)
        noise, scale, gap = moves.noise_at(k), max(top, abs(d)), abs(g - d)
        all_crossed &= crossed
        if crossed or not math.isfinite(d):
            row.clear()
            continue
        if max(noise, gap) <= AGREES / 2 * scale and gap < near:
            near, value, step = gap, d, k
        if gap <= max(GOOD * scale, noise) and near < math.inf:
            break
        row.append((d, noise))
        doubt = max(_doubt(row), SAFETY * error)
        if near == math.inf and doubt < unsure:
            value, unsure, step = row[-2][0], doubt, k
        if noise > 0.1 * scale or _apart(g, value, unsure, 100):
            break
    agrees = near < math.inf
    settled = agrees or _apart(g, value, unsure, 10)
    return _Derivative(g, value if settled else math.nan, agrees, all_crossed, step, k + 1 - first)


def _doubt(row: Sequence[tuple[float, float]]) -> float:
    """Return how far the last three differences leave open what they settle at; infinite if far."""
    if len(row) < 3:
        return math.inf
    changes = []
    for (a, _), (b, noise) in pairwise(row[-3:]):
        changes.append(abs(a - b))
        if changes[-1] > max(SETTLED * max(abs(a), abs(b)), 2 * noise):
            return math.inf
    return max(*changes, row[-2][1])


def _apart(g: float, value: float, unsure: float, times: float) -> bool:
    """Return whether backward and the differences are apart by so many times their doubt."""
    return not abs(g - value) <= times * unsure and math.isfinite(unsure)


@dataclass(frozen=True)
class _Verdict:
    """What is known of one block. difference: NaN unless judged, or where backward gives NaN."""

    block: Block
    checked: int = 0
    at_kinks: int = 0
    difference: float = math.nan
    reason: str = "unseen"


def _compare(
    moves: _Moves, blocks: Sequence[Block], chosen: Sequence[Array], g: Array, rounding: Array
) -> list[_Verdict]:
    """Return the verdicts on all blocks, from the last to the first."""
    verdicts, first, allowed = [], FIRST, RESERVE
    for block, indices in zip(reversed(blocks), reversed(chosen), strict=True):
        if not len(indices):
            verdicts.append(_Verdict(block))
            continue
        moves.enter(block)
        top = float(np.nan_to_num(np.abs(g[indices]), nan=0.0, posinf=0.0).max())
        error = float(np.nan_to_num(rounding[block.start : block.stop]).max())
        found = []
        for i in indices:
            allowed += TRIES
            found.append(_derivative(moves, i, float(g[i]), error, top, first, max(1, allowed)))
            allowed -= found[-1].tries
            if not math.isnan(found[-1].value):
                first = found[-1].step
        hidden = moves.noise_at(0) > AGREES * top
        verdicts.append(_judged(block, found, top, hidden))
    return verdicts


def _judged(block: Block, found: Sequence[_Derivative], top: float, hidden: bool) -> _Verdict:
    """Return the verdict on a block; hidden: rounding hides gradients as large as its largest."""
    settled = [one for one in found if not math.isnan(one.value)]
    kinks = sum(one.crossed for one in found)
    if not settled:
        small = hidden and not kinks
        return _Verdict(block, 0, kinks, reason="small" if small else "rough")
    a, b = np.array([one.g for one in settled]), np.array([one.value for one in settled])
    # |a - b| over the larger of the two, or over what the largest one left out is.
    size = max(float(np.linalg.norm(a)), float(np.linalg.norm(b)), top)
    difference = 0.0 if size == 0 else float(np.linalg.norm(a - b)) / size
    if difference > AGREES and all(one.agrees for one in settled):
        return _Verdict(block, 0, kinks, reason="rough")
    return _Verdict(block, len(settled), kinks, difference, "")


def _check(run: Run, verdicts: Sequence[_Verdict]) -> Check:
    """Return the verdicts on all blocks as one."""
    layers = run.layout.layers
    judged = [v for v in verdicts if not v.reason]
    worst = max(judged, key=lambda v: np.nan_to_num(v.difference, nan=np.inf), default=None)
    missing = {
        why: tuple(sorted({v.block.layer for v in verdicts if v.reason == why}))
        for why in ("small", "rough")
    }
    seen = {v.block.layer for v in verdicts if v.reason != "unseen"}
    check = Check(
        verdict="undecided",
        difference=worst.difference if worst else math.nan,
        worst=_name(worst.block) if worst else "",
        checked=sum(v.checked for v in verdicts),
        at_kinks=sum(v.at_kinks for v in verdicts),
        step=run.step,
        size=run.layout.size,
        unseen=tuple(l for l in range(1, layers + 1) if l not in seen),
        layers=layers,
        dropout=run.config.dropout,
        **missing,
    )
    if worst and not worst.difference <= AGREES:
        return replace(check, verdict="differs")
    if check.judged and 2 * check.judged >= layers - len(check.unseen):
        return replace(check, verdict="agrees")
    return check


def _name(block: Block) -> str:
    return f"layer {block.layer}" + ("'s normalisation" if block.kind == "norm" else "")


def _layers(numbers: Sequence[int]) -> str:
    """Return "layer 3" or "layers 1-4, 7"."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    text = ", ".join(f"{a}-{b}" if b > a else f"{a}" for a, b in runs)
    return f"layer{'s' if len(numbers) > 1 else ''} {text}"
