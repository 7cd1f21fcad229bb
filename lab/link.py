"""Live changes and edits as a link carries them, and what making a run anew would take."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dnn.config import FIELDS, LIVE_FIELDS
from dnn.files.limits import LAST_STEP
from dnn.run.training import Change, Run, change, check_edit, parameter_place
from dnn.settings import shown

#: Characters of `changes=` that a link may have; more is not looked at.
LONGEST = 4000
#: Multiply-adds that recomputing a link's step may take, and what a step takes beside its own.
MAX_REPLAY = float(os.environ.get("NEURAL_LAB_MAX_REPLAY", 1e11))
STEP_COST = 20_000
#: Every edit copies the parameters: so many numbers may be copied for one link.
MAX_COPIED = 500_000_000
ITEM = re.compile(r"([0-9]{1,10}):([a-z0-9_.]{1,40}):(.{1,40})")


@dataclass(frozen=True)
class Link:
    """What a link says of a run beyond the Config it starts with.

    step: the one to open at, to be recomputed; None: the start.
    """

    changes: tuple[Change, ...] = ()
    step: int | None = None


def link_text(link: Link) -> dict[str, str]:
    """Return the parameters of a link that say this."""
    found = {"changes": changes_text(link.changes)} if link.changes else {}
    return found if link.step is None else {**found, "step": str(link.step)}


def changes_text(changes: Sequence[Change]) -> str:
    """Return what a link carries for changes, such as "120:learning_rate:0.003,240:w1.2.0:0.5"."""
    return ",".join(f"{c.step}:{c.field}:{_written(c)}" for c in changes)


def _written(made: Change) -> str:
    live = made.field in LIVE_FIELDS
    return FIELDS[made.field].write(made.value) if live else repr(float(made.value))


def changes_from_text(text: str) -> tuple[Change, ...]:
    """Return the changes of a link. Raises ValueError with one sentence about the first bad one."""
    if len(text) > LONGEST:
        raise ValueError(
            f"changes: {len(text):,} characters are too many; allowed: up to {LONGEST:,}"
        )
    changes = tuple(_change(item) for item in text.split(",")) if text else ()
    for before, after in pairwise(changes):
        if after.step < before.step:
            raise ValueError(
                f"changes: step {after.step} comes after step {before.step}; "
                "allowed: changes in the order of their steps"
            )
    return changes


def _change(item: str) -> Change:
    found = ITEM.fullmatch(item)
    if found is None or int(found[1]) > LAST_STEP:
        raise ValueError(
            f"changes: {shown(item)} is not allowed; write step:setting:value or, for a weight, "
            "step:w1.2.0:value, with commas between changes"
        )
    step, field, value = int(found[1]), found[2], found[3]
    if field in LIVE_FIELDS:
        try:
            return Change(step, field, FIELDS[field].parse(field, value))
        except ValueError as error:
            raise ValueError(f"changes: {error}") from None
    try:
        parameter_place(field)
        return Change(step, field, _number(value))
    except ValueError:
        raise ValueError(
            f"changes: {shown(item)} is not allowed; what can change is a weight (w1.2.0), "
            f"a bias (b1.2), both to a number, or one of {', '.join(LIVE_FIELDS)}"
        ) from None


def _number(text: str) -> float:
    # float() takes more than people write: underscores, and digits of other scripts.
    if not re.fullmatch(r"[-+0-9.eE]+", text):
        raise ValueError(text)
    return float(text)


def step_from_text(text: str) -> int:
    """Return the step that a link asks for. Raises ValueError."""
    if re.fullmatch("[0-9]{1,10}", text) and int(text) <= LAST_STEP:
        return int(text)
    raise ValueError(
        f"step: {shown(text)} is not allowed; allowed: whole numbers from 0 to {LAST_STEP:,}"
    )


def check_changes(run: Run, changes: Sequence[Change]) -> None:
    """Raise ValueError where one of the changes can't be made in this run, which is at step 0."""
    edits = sum(made.field not in LIVE_FIELDS for made in changes)
    if edits * run.layout.size > MAX_COPIED:
        raise ValueError(
            f"changes: {edits} weights set by hand are too many for a network of "
            f"{run.layout.size:,} parameters; allowed: up to {MAX_COPIED // run.layout.size}"
        )
    for made in changes:
        try:
            if made.field in LIVE_FIELDS:
                run = change(run, **{made.field: made.value})
            else:
                check_edit(run, *parameter_place(made.field), made.value)
        except ValueError as error:
            text = changes_text([made])
            raise ValueError(f"changes: {shown(text)} can't be made here; {error}") from None


def farthest(run: Run, changes: Sequence[Change] = ()) -> int:
    """Return the last step that may be recomputed from the start of a run with these changes."""
    assert run.data is not None
    m = run.data.m_train
    sizes = [c.value for c in changes if c.field == "batch_size"]
    batches = (min(b or m, m) for b in (run.origin.batch_size, *sizes))
    return min(LAST_STEP, int(MAX_REPLAY / (STEP_COST + 3 * run.layout.size * max(batches))))


def check_step(run: Run, step: int, changes: Sequence[Change] = ()) -> None:
    """Raise ValueError where recomputing a step would keep a worker for too long."""
    most = farthest(run, changes)
    if step > most:
        raise ValueError(
            f"step: {step:,} takes too long to recompute with this network; "
            f"allowed: up to about {float(f'{most:.2g}'):,.0f}"
        )
