"""The verdict on the signal at step 0, above the charts of the page Gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from dnn.run.measure import Signal
from lab.analysis.diagnosis.probes import verdict
from lab.analysis.diagnosis.verdict import Verdict, error_factor
from lab.analysis.signal import Band, signal_at
from lab.live.shown import Shown
from lab.panels.panel import Bar
from lab.panels.signal_charts import FEWEST, TITLES, start_label, theory_line
from lab.text.numbers import count, number


def verdict_bar(shown: Shown) -> dict[str, Any] | None:
    """Return the verdict in words and numbers, None where it is awaited or nothing is known."""
    if not len(shown.history) or shown.withheld:
        return None
    start = signal_at(shown.history, 0)
    return _said(verdict(shown.run.origin, shown.data, start), shown, start)


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]


def _said(found: Verdict, shown: Shown, start: Signal) -> dict[str, Any]:
    """Return the verdict as the page shows it: words, three numbers, and the fix's button."""
    config = shown.run.origin
    when = start_label(shown)
    facts = [_factor_fact(shown, found, start, when)]
    if len(config.hidden) > 1 and shown.run.data is not None:
        fade = abs(float(np.log(found.factor))) if 0 < found.factor < np.inf else np.inf
        if 0.005 < fade < np.inf:
            falls = "Falls" if found.factor < 1 else "Grows"
            facts.append({
                "label": f"{falls} {'to 1/e' if found.factor < 1 else 'by e'} in{when}",
                "value": f"{1 / fade:.1f} layers", "note": f"depth is {len(config.hidden)}",
            })  # fmt: skip
    if shown.view.present:
        facts = [facts[0], _progress(shown)]  # the row of metrics is not there
    elif shown.measured.band is not None and shown.measured.band.draws >= FEWEST:
        facts.append(_agreement(shown.measured.band, start, when))
    return {
        "kind": found.kind,
        # It speaks of step 0: once training has begun no colour says that all is well now.
        "past": shown.run.step > 0,
        "title": found.title if not shown.run.step else f"At the start: {_lowered(found.title)}",
        "text": found.text,
        "facts": facts,
        "button": shown.button("verdict", found.fix) if found.fix else None,
    }


def _progress(shown: Shown) -> dict[str, str]:
    cost = number(float(shown.history.last("train_cost")))
    return {"label": "Step", "value": count(shown.run.step), "note": f"train cost {cost}"}


def _factor_fact(shown: Shown, found: Verdict, start: Signal, when: str) -> dict[str, str]:
    """Return the factor a layer at the start, as theory has it, and now."""
    config, notes = shown.run.origin, ["measured"]
    if len(config.hidden) > 1 and shown.run.data is not None:
        # The very quantity that the verdict measures.
        line = theory_line(config, shown.run.data, float(start.delta[-1]))
        notes = [f"theory ×{number(error_factor(config, line))}"]
        if shown.run.step:
            notes.append(f"now ×{number(error_factor(config, signal_at(shown.history, -1)))}")
    value = f"×{number(found.factor)}"
    return {"label": f"Error, a layer{when}", "value": value, "note": " · ".join(notes)}


def _agreement(found: Band, start: Signal, when: str) -> dict[str, str]:
    """Return how many of this network's values lie in the band of others."""
    inside = total = 0
    for kind in TITLES:
        values: Array = getattr(start, kind)
        low, high = found.limits(kind)
        inside += int(np.sum((values >= low) & (values <= high)))
        total += len(values)
    return {
        "label": f"In the band{when}", "value": f"{inside / total:.0%}",
        "note": f"{inside} of {total}; {found.draws} draws",
    }  # fmt: skip


BARS = [Bar("verdict", "Verdict", ("gradients",), verdict_bar)]
