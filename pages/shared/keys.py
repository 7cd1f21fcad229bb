"""The keys of all pages, as data: what a table of them shows, and what tests hold the code to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

#: What a key is called where its name in the browser is not what stands on it.
CAPS = {
    " ": "Space", "ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓",
    "PageUp": "Page up", "PageDown": "Page down", "Escape": "Esc", "e": "E",
    "Left": "←", "Right": "→",
}  # fmt: skip
ACROSS = ("ArrowLeft", "ArrowRight")
ARROWS = (*ACROSS, "ArrowUp", "ArrowDown")


@dataclass(frozen=True)
class Place:
    """Where keys do something. source: the file of static/ that handles them, or "pages" for those
    that are shortcuts of a page's buttons; keys: what each does, by the names that the code uses.
    """

    title: str
    source: str
    keys: tuple[tuple[tuple[str, ...], str], ...]


#: What a lecture uses comes first.
PLACES = (
    Place("While a network is on screen", "pages", (
        (("Space",), "plays and pauses"),
        (("Right",), "one step"),
        (("P",), "projector: no side bar, everything large; again, back"),
        (("V",), "where a prediction is asked: shows verdicts and outcome; again, hides them"),
    )),
    Place("Walk", "pages", (
        (("Left",), "one stage back"),
        (("Right",), "one stage on"),
        (("P",), "projector: no side bar, everything large; again, back"),
    )),
    Place("A lesson's code, shown large here", "teach.js", (
        (ACROSS, "the lesson before, the next one"),
        (("Escape",), "closes it"),
    )),
    Place("Network (Tab leads to it)", "units.js", (
        (ARROWS, "from neuron to neuron"),
        (("e",), "edits the neuron's bias or a weight"),
    )),
    Place("Network: a neuron that is pinned", "diagram.js", ((("Escape",), "unpins it"),)),
    Place("Network: the window of a weight", "editor.js", (
        (("Enter",), "takes the number typed"),
        (("Escape",), "closes it"),
    )),
    Place("Any chart (Tab leads to it)", "reading.js", (
        (ACROSS, "reads the value before, the next one; on a plane moves the cross"),
        (("ArrowUp", "ArrowDown"), "on a plane, or among rows, up and down"),
        (("PageUp", "PageDown"), "ten values on, ten back"),
        (("Home", "End"), "the first, the last"),
        (("Escape",), "ends reading"),
    )),
    Place("A chart zoomed by dragging", "zoom.js", ((("Escape",), "shows all of it again"),)),
    Place("Earlier moments (the slider)", "timeline.js", ((ACROSS, "earlier, later"),)),
    Place("Results: the threshold (its slider)", "panels.js", (
        (("ArrowLeft", "ArrowDown"), "lower"),
        (("ArrowRight", "ArrowUp"), "higher"),
        (("PageDown", "PageUp"), "lower, higher by more"),
        (("Home", "End"), "the lowest, the highest"),
    )),
    Place("Layers: their buttons", "layer_link.js", (
        (ACROSS, "the layer before, the next one"),
        (("Home", "End"), "the first, the last"),
        (("Escape",), "unpicks the layer"),
    )),
    Place("Layers: a chart (Tab leads to it)", "layer_link.js", (
        (ACROSS, "reads the record before, the next one"),
        (("PageUp", "PageDown"), "ten records on, ten back"),
        (("Home", "End"), "the first record, the last"),
        (("ArrowUp", "ArrowDown"), "the layer above, the one below"),
        (("Enter",), "picks the layer"),
        (("Escape",), "ends reading"),
    )),
    Place("Drawing points", "drawing.js", ((("Escape",), "stops drawing"),)),
    Place("Saving a panel", "export.js", ((("Escape",), "closes the menu"),)),
)  # fmt: skip
#: On every button and neuron, as browsers have it.
EVERYWHERE = "Tab and Shift Tab lead from one thing to the next, Enter or Space presses it."


def table(places: Iterable[Place] = PLACES) -> str:
    """Return the keys as an HTML table."""
    return "<table class='nl-keys'>" + "".join(map(_rows, places)) + "</table>"


def _rows(place: Place) -> str:
    head = f"<tr><th colspan='2' scope='colgroup'>{escape(place.title)}</th></tr>"
    return head + "".join(
        f"<tr><td>{' '.join(f'<kbd>{escape(CAPS.get(key, key))}</kbd>' for key in keys)}</td>"
        f"<td>{escape(does)}</td></tr>"
        for keys, does in place.keys
    )
