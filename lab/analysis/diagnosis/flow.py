"""Whether the gradient gets through: vanishing and exploding."""

from __future__ import annotations

import numpy as np

from dnn.parts.optimizers import OPTIMIZERS
from lab.analysis.diagnosis.case import Case
from lab.analysis.diagnosis.finding import Finding, optimizer_name
from lab.analysis.diagnosis.fix import Fix, fix_of, other_rate, without_penalties
from lab.analysis.diagnosis.probes import verdict as measured_verdict
from lab.analysis.diagnosis.units import dead
from lab.analysis.diagnosis.verdict import Verdict, bypassed, judge
from lab.text.numbers import count, number

#: Beyond so many times over all hidden layers a network that was healthy at the start is judged.
#: Training itself makes factors of tens: large weights belong to a sharp boundary.
GROWN = 1e3

KINDS = {
    "vanishing": ("vanishing", "fading"),
    "exploding": ("exploding", "growing", "broken"),
}


def vanishing(case: Case) -> Finding | None:
    """Find gradients that vanish: the error shrinks by more than 20 on its way to layer 1.

    At step 0 as verdict.judge has it, from activations and errors together (so too a signal that
    fades on its way forward). Later where the start and the present agree, or the present alone is
    beyond 1000; never once the cost is below half of guessing.
    Source: Hochreiter 1991; Bengio, Simard & Frasconi 1994; Glorot & Bengio 2010.
    """
    return _flow(case, "vanishing")


def exploding(case: Case) -> Finding | None:
    """Find gradients that explode: the error grows by more than 20 on its way to layer 1.

    As vanishing(). Source: Pascanu, Mikolov & Bengio 2013; He et al. 2015, section 2.2.
    """
    return _flow(case, "exploding")


def _flow(case: Case, way: str) -> Finding | None:
    if bypassed(case.config):
        return None  # the error passes all branches by, and theirs is 0
    start = _start(case)
    began = start is not None and start.kind in KINDS[way]
    if start is not None and case.run.step == 0:
        if not began:
            return None
        verdict, sentence, evidence = start, f"{start.title}.", start.text
    else:
        verdict = judge(case.config, case.seen.signal)
        if case.learns or verdict.kind not in KINDS[way]:
            return None
        far = verdict.total < 1 / GROWN if way == "vanishing" else not verdict.total <= GROWN
        # Dead units stop the error as well, and are then what there is to fix.
        if not began and (not far or dead(case)):
            return None
        sentence, evidence = _now(verdict), _measured(case, verdict)
    fix = _fix(case, start if began else None)
    return Finding(way, _severity(case, verdict), sentence, evidence, fix, (1,))


def _start(case: Case) -> Verdict | None:
    """Return the verdict on step 0, as the lab has it: its fix was tried on this very network."""
    if case.start is None:
        return None
    if case.run.data is None:
        return judge(case.run.origin, case.start)
    return measured_verdict(case.run.origin, case.run.data, case.start)


def _severity(case: Case, verdict: Verdict) -> str:
    """Return how bad it is: an optimiser that divides by the gradient's size may still learn."""
    if OPTIMIZERS[case.config.optimizer].divides and verdict.kind != "broken" and verdict.total:
        return "warning"
    return "warning" if 1 / GROWN < verdict.total < GROWN else "error"


def _now(verdict: Verdict) -> str:
    if verdict.kind == "broken":
        return "Gradients explode: activations or errors are not finite any more."
    if verdict.kind in ("fading", "growing"):
        word = "fades" if verdict.kind == "fading" else "grows"
        return f"The signal still {word} from layer to layer on its way forward."
    if verdict.total == 0:
        return "Gradients vanish altogether: no error comes back to layer 1."
    return f"{verdict.title}."


def _measured(case: Case, verdict: Verdict) -> str:
    """Return the numbers of now: the error's, and the measured size of the steps."""
    step, hidden = count(case.run.step), len(case.config.hidden)
    parts = []
    if np.isfinite(verdict.total) and verdict.total > 0:
        parts.append(
            f"At step {step} the error at layer 1 is {number(verdict.total)} times that at "
            f"layer {hidden}."
        )
    first, last = case.seen.update[0], case.seen.update[hidden - 1]
    if np.isfinite([first, last]).all():
        parts.append(
            f"Under {optimizer_name(case.config)} a step changes layer 1's weights by "
            f"{number(first)} of their size, layer {hidden}'s by {number(last)}."
        )
    return " ".join(parts) or f"Measured at step {step}."


def _fix(case: Case, start: Verdict | None) -> Fix:
    """Return what fixes the start, where the start is at fault; else smaller steps."""
    if start is not None and start.fix:
        return start.fix
    if start is not None and not case.config.batch_norm and case.config.batch_size != 1:
        return fix_of("Normalise each layer over the batch", {"batch_norm": True})
    return without_penalties(case.config) or other_rate(case.config, 0.1, restart=True)
