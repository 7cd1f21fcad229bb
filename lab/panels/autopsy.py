"""The last steps of a run that diverged: what passed the limit first, and ways back."""

from __future__ import annotations

from typing import Any

from lab import figures
from lab.live.shown import Shown
from lab.panels.distributions import QUANTITIES
from lab.panels.panel import Panel, control

#: What can be shown of the last steps, and what the choice is called.
OPTIONS = [
    ["first", "What broke first"], ["activation", "Activations"], ["delta", "Errors"],
    ["gradient", "Gradients"], ["update", "Updates"], ["parameter", "Parameters"], ["cost", "Cost"],
]  # fmt: skip


def autopsy_panel(shown: Shown) -> dict[str, Any]:
    """Return the panel of a run that diverged: a line a layer, words, and the ways back."""
    found, view, run = shown.autopsy, shown.view, shown.run
    assert found is not None
    broke = found.broke
    first = "activation" if broke.quantity == "logit" else broke.quantity
    quantity = first if view.autopsy == "first" else view.autopsy
    values = found.largest[quantity] if quantity in QUANTITIES else found.cost[:, None]
    buttons = [
        shown.button(f"back {i}", offer.fix, _tried(offer.tried, offer.survived))
        for i, offer in enumerate(found.offers)
    ]
    words = "" if buttons else "Nothing to go back with: Reset starts it again."
    return figures.panel(
        "The last steps",
        figures.autopsy_sentence(found.began, broke, run.layout.layers),
        figures.autopsy_figure(
            found.steps,
            values,
            quantity,
            theme=view.theme,
            began=found.began.step,
            broke=(broke.step, broke.layer) if quantity == first else None,
        ),
        controls=[control(view, "autopsy", "Quantity", options=OPTIONS)],
        badge={"text": "diverged", "kind": "diverged"},
        banner={"strong": "", "text": words, "kind": "", "buttons": buttons},
    )


def _tried(tried: int, survived: int) -> str:
    """Return what became of a change that was tried."""
    if survived < tried:
        return f"Tried: it diverges again after {survived} steps."
    return f"Tried: it survives the next {tried} steps."


PANELS = [
    Panel(
        "autopsy",
        "The last steps of a run that diverged",
        {"playground": 60, "layers": 20},
        autopsy_panel,
        lambda shown: shown.autopsy is not None,
        needs=frozenset({"autopsy"}),
        term="the last steps",
    )
]
