"""The panel of a run that diverged: its last steps, what broke first, and two ways back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dnn.engine.cache import CACHE
from dnn.run.training import Run
from lab import figures
from lab.analysis.diagnosis.autopsy import QUANTITIES, Autopsy, autopsy

if TYPE_CHECKING:
    from lab.live.worker import Slice

#: What can be shown of the last steps, and what the choice is called.
OPTIONS = [
    ["first", "What broke first"], ["activation", "Activations"], ["delta", "Errors"],
    ["gradient", "Gradients"], ["update", "Updates"], ["parameter", "Parameters"], ["cost", "Cost"],
]  # fmt: skip


def examined(run: Run, before: Run | None) -> Autopsy:
    """Return the autopsy of a run that diverged, from the worker's cache where it is there.

    before: an earlier state of it, from which the last steps are recomputed.
    """
    assert run.diverged is not None
    key = ("autopsy", run.data_key, run.origin, run.changes, run.diverged)
    found = CACHE.get(key)
    if found is None:
        found = autopsy(run, before)
        arrays = [*found.largest.values(), *found.rms.values()]
        CACHE.put(key, found, sum(a.nbytes for a in arrays) + found.back.parameters.nbytes)
    return found


def autopsy_panel(work: Slice) -> dict[str, Any]:
    """Return the panel of work.run, which diverged: a line a layer, words, and the ways back."""
    found, view, run = examined(work.run, work.before), work.view, work.run
    broke = found.broke
    first = "activation" if broke.quantity == "logit" else broke.quantity
    quantity = first if view.autopsy == "first" else view.autopsy
    values = found.largest[quantity] if quantity in QUANTITIES else found.cost[:, None]
    panel = figures.panel(
        "The last steps",
        figures.autopsy_sentence(found.began, broke, run.layout.layers),
        figures.autopsy_figure(
            found.steps, values, quantity, theme=view.theme, began=found.began.step,
            broke=(broke.step, broke.layer) if quantity == first else None,
        ),
        controls=[
            {"key": "autopsy", "label": "Quantity", "value": view.autopsy, "options": OPTIONS}
        ],
        badge={"text": "diverged", "kind": "diverged"},
    )  # fmt: skip
    panel["banner"] = {
        "strong": "",
        "text": "" if found.offers else "Nothing to go back with: Reset starts it again.",
        "kind": "",
        "buttons": [
            {"label": o.button, "action": f"back {i}", "help": _tried(o.tried, o.survived)}
            for i, o in enumerate(found.offers)
        ],
    }
    return panel


def _tried(tried: int, survived: int) -> str:
    """Return what became of a change that was tried."""
    if survived < tried:
        return f"Tried: it diverges again after {survived} steps."
    return f"Tried: it survives the next {tried} steps."
