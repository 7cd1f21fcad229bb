"""What the gradients lab shows of a run: its signal against theory, the verdict, the phases."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dnn.config import Config
from dnn.data.datasets import Dataset, load
from dnn.engine.layout import Array
from dnn.engine.network import Pass
from dnn.engine.trainer import loss_key
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.losses import LOSSES
from dnn.run.history import History
from dnn.run.measure import Signal
from lab import figures, theory
from lab.analysis.diagnosis.probes import give_back, taken_probe, verdict
from lab.analysis.diagnosis.verdict import Verdict, error_factor
from lab.analysis.signal import Band, backward_factors, band, predicted, weight_scales
from lab.analysis.spectra import ROUNDING, Spectra, spectra
from lab.live.executors import flagged
from lab.text.numbers import count, number
from lab.text.sentences import end_spectra_sentence, layer_spectra_sentence, signal_sentence

if TYPE_CHECKING:
    from lab.live.worker import Slice

#: Draws of the weights that the band is made of, and seconds that a slice of them takes.
DRAWS, DRAWING = 100, 0.08
#: Seconds that a slice looks for singular values; what takes longer waits until training pauses.
RESOLVING = 0.15
#: From so many draws on there is a band to speak of.
FEWEST = 5
#: The phase diagram's axes, and the points a side of what is painted.
SIGMA_W, SIGMA_B = np.linspace(0.3, 3.0, 61), np.linspace(0.0, 1.5, 41)
FIELD = 61
#: What the product's sentence is of.
APART = [["product", "Product"], ["layers", "Layers"], ["end_to_end", "End to end"]]
#: What is shown of every layer where there is room for one chart: the view's choices, their labels.
SIGNALS = (("gradient", "Gradient"), ("delta", "Error"), ("activation", "Signal"))
BACK = " from the last hidden layer back to the first, for one example."
TITLES = {
    "activation": "Signal going forward",
    "delta": "Error coming back",
    "gradient": "What each layer learns from",
}


def wider(config: Config, data: Dataset, work: Slice) -> Band:
    """Return work.band with more draws, as many as fit into DRAWING seconds, at least one.

    Fewer where somebody has pressed something: the worker has better things to do.
    """
    probe = taken_probe(config, data)
    end, found = time.perf_counter() + DRAWING, work.band
    while found is None or found.draws < DRAWS:
        # Other seeds than a run's: the run on screen is not one of its own band.
        first = 10_000 + (found.draws if found else 0)
        found = band(probe, range(first, first + 1), found)
        if time.perf_counter() > end or flagged(work.slot, work.seq):
            break
    give_back(probe, data)
    return found


def resolved(net: Pass, work: Slice) -> Spectra:
    """Return the singular values of work.run's step, as many as fit into RESOLVING seconds."""
    end = time.perf_counter() + RESOLVING

    def stop() -> bool:
        # At full speed the flag stands at every frame, and a part of this step's is no use.
        gone = not work.playing and flagged(work.slot, work.seq)
        return gone or time.perf_counter() > end

    return spectra(net, work.run.step, work.spectra, stop)


def signal_at(history: History, row: int) -> Signal:
    """Return the signal of a record."""
    return Signal(
        history["activation_rms"][row], history["delta_rms"][row], history["gradient_rms"][row]
    )


@lru_cache(maxsize=16)
def _diagram(key: str) -> theory.PhaseDiagram:
    return theory.phase_diagram(key, SIGMA_W, SIGMA_B)


@lru_cache(maxsize=16)
def _line(config: Config, data: Dataset, last_delta: float) -> Signal:
    return predicted(config, data, last_delta)


@lru_cache(maxsize=4)
def _data(config: Config) -> Dataset:
    return load(config)


def fitting(config: Config, history: History, data: Dataset | None = None) -> dict[str, Any] | None:
    """Return the fields of the change that mends a network's signal, None where none is needed.

    data: the network's own, by default what the Config names.
    """
    if not len(history):
        return None
    return verdict(config, data or _data(config), signal_at(history, 0)).fields


def panels(work: Slice, net: Pass | None) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the verdict, and the panels of the lab by key.

    net: a pass that has run forwards and backwards with the present parameters.
    """
    if not len(work.history):
        return None, {}
    origin, start = work.run.origin, signal_at(work.history, 0)
    # Without hidden layers nothing goes forward but the output.
    kinds = [kind for kind in TITLES if origin.hidden or kind != "activation"]
    shown = {f"signal_{kind}": signal_panel(work, kind) for kind in kinds}
    assert work.run.data is not None
    found = verdict(origin, work.run.data, start)
    if work.view.present:
        return _said(found, work, start), _one_of(shown, work.view.signal)
    if origin.hidden:
        shown["phase"] = _phase(work, origin)
    if len(origin.hidden) > 1:
        shown["product"] = _product(work, net) if work.view.apart == "product" else _spectra(work)
    return _said(found, work, start), shown


def _one_of(shown: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the one chart that a projector shows, with the choice of another."""
    options = [list(option) for option in SIGNALS if f"signal_{option[0]}" in shown]
    kind = kind if f"signal_{kind}" in shown else options[0][0]
    panel = shown[f"signal_{kind}"]
    choice = {"key": "signal", "label": "Shown", "value": kind, "options": options}
    return {f"signal_{kind}": panel | {"controls": [choice]}}


def signal_values(work: Slice, kind: str) -> list[Array]:
    """Return what a chart over the layers shows: the values now, at the start, and theory's."""
    assert work.run.data is not None
    start, now = signal_at(work.history, 0), signal_at(work.history, -1)
    # The output's activation is a probability, not a signal that is handed on.
    layers = len(start.delta) - (kind == "activation")
    line = _line(work.run.origin, work.run.data, float(start.delta[-1]))
    return [getattr(signal, kind)[:layers] for signal in (now, start, line)]


def signal_panel(work: Slice, kind: str, also: Sequence[Array] = ()) -> dict[str, Any]:
    """Return one of the three charts over the layers: measured dots over the theory's line.

    also: values that the axes have room for as well.
    """
    assert work.run.data is not None
    now, start, line = signal_values(work, kind)
    if also:
        also = [*also, start]
    band_switch = {"key": "band", "label": "Band", "value": work.view.band}
    low = high = None
    if work.band is not None and work.band.draws >= FEWEST:
        low, high = (limit[: len(now)] for limit in work.band.limits(kind))
    return figures.panel(
        TITLES[kind],
        # Of the hidden layers: the output's weights and width are another matter.
        signal_sentence(kind, now[: max(1, len(work.run.origin.hidden))]),
        figures.signal_figure(
            kind, now, line, low, high, theme=work.view.theme, trained=work.run.step > 0,
            draws=work.band.draws if work.band else 0, also=also,
            unit=LOSSES[loss_key(work.run.origin, work.run.data)].unit,
        ),
        controls=[band_switch] if kind == "delta" else [],
    )  # fmt: skip


def _phase(work: Slice, config: Config) -> dict[str, Any]:
    key = config.activations[0]
    diagram, trained = _diagram(key), work.run.step > 0
    field, size = figures.phase_field(diagram.chi, FIELD)
    label = ACTIVATIONS[key].label
    where = "Click to start there." if not trained else "Theory speaks of step 0."
    mixed = " (its first layer's)" if len(set(config.activations)) > 1 else ""
    return figures.panel(
        f"Phase diagram of {label}{mixed}",
        f"The error's factor a layer in a wide network. {where}",
        figures.phase_figure(
            diagram.sigma_w, diagram.sigma_b, diagram.chi, diagram.critical, weight_scales(config),
            theme=work.view.theme, active=not trained,
        ),
        field=field,
        field_size=size,
        contour=False,
        discretise=False,
    )  # fmt: skip


def _product(work: Slice, net: Pass | None) -> dict[str, Any]:
    if net is None:
        assert work.run.data is not None
        by_weights, by_slope = _start_factors(work.run.origin, work.run.data)
    else:
        by_weights, by_slope = backward_factors(net)
    return figures.panel(
        "The product taken apart",
        figures.product_sentence((by_weights * by_slope)[:-1]).rstrip(".") + BACK,
        figures.product_figure(by_weights, by_slope, theme=work.view.theme),
        controls=[_apart(work)],
    )


@lru_cache(maxsize=16)
def _start_factors(config: Config, data: Dataset) -> tuple[Array, Array]:
    """Return the factors of a network too large to train, at step 0."""
    probe = taken_probe(config, data)
    found = backward_factors(probe.run(config.seed))
    give_back(probe, data)
    return found


def _apart(work: Slice) -> dict[str, Any]:
    return {"key": "apart", "label": "Taken apart", "value": work.view.apart, "options": APART}


def _spectra(work: Slice) -> dict[str, Any]:
    """Return the panel of singular values: of each layer's Jacobian, or from end to end."""
    hidden, theme = len(work.run.origin.hidden), work.view.theme
    found = work.spectra or Spectra(work.run.step, hidden, np.zeros((0, 4)))
    known = len(found.layers)
    if work.view.apart == "layers":
        title = "Singular values of each layer's Jacobian"
        said = layer_spectra_sentence(found.layers, hidden, found.end)
        figure = figures.layer_spectra_figure(found.layers, hidden, theme=theme)
    else:
        title = f"Singular values from layer 1 to {hidden}"
        end = found.end if found.end is not None else np.zeros(0)
        said = end_spectra_sentence(end, work.run.origin.hidden[-1])
        figure = figures.end_spectra_figure(end, ROUNDING, theme=theme)
    stale = found.step != work.run.step
    said += " One example" + (", moments held" if work.run.origin.batch_norm else "")
    said += f", step {count(found.step)}." if stale else "."
    empty = None
    if not found.complete and (work.view.apart == "end_to_end" or not known):
        waits = work.playing and known
        text = "Pause to measure: this takes a while." if waits else f"{known} of {hidden} layers"
        empty = {"strong": "" if waits else "Measuring", "text": text}
        said = ""
    return figures.panel(
        title, said, figure, controls=[_apart(work)], empty=empty,
        dim=stale and not (work.playing and found.complete and found.seconds <= RESOLVING),
    )  # fmt: skip


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]


def _said(found: Verdict, work: Slice, start: Signal) -> dict[str, Any]:
    """Return the verdict as the page shows it: words, three numbers, and the mend's button."""
    config = work.run.origin
    when = start_label(work)
    facts = [_factor_fact(work, found, start, when)]
    if len(config.hidden) > 1 and work.run.data is not None:
        fade = abs(float(np.log(found.factor))) if 0 < found.factor < np.inf else np.inf
        if 0.005 < fade < np.inf:
            falls = "Falls" if found.factor < 1 else "Grows"
            facts.append({
                "label": f"{falls} {'to 1/e' if found.factor < 1 else 'by e'} in{when}",
                "value": f"{1 / fade:.1f} layers", "note": f"depth is {len(config.hidden)}",
            })  # fmt: skip
    if work.view.present:
        facts = [facts[0], _progress(work)]  # the row of metrics is not there
    elif work.band is not None and work.band.draws >= FEWEST:
        facts.append(_agreement(work.band, start, when))
    return {
        "kind": found.kind,
        # It speaks of step 0: once training has begun no colour says that all is well now.
        "past": work.run.step > 0,
        "title": found.title if not work.run.step else f"At the start: {_lowered(found.title)}",
        "text": found.text,
        "facts": facts,
        "button": {"label": found.button, "action": "fit"} if found.button else None,
    }


def _progress(work: Slice) -> dict[str, str]:
    cost = number(float(work.history.last("train_cost")))
    return {"label": "Step", "value": count(work.run.step), "note": f"train cost {cost}"}


def start_label(work: Slice) -> str:
    """Return what is said behind the name of a number of the start once training has begun."""
    return ", step 0" if work.run.step else ""


def _factor_fact(work: Slice, found: Verdict, start: Signal, when: str) -> dict[str, str]:
    """Return the factor a layer at the start, as theory has it, and now."""
    config, notes = work.run.origin, ["measured"]
    if len(config.hidden) > 1 and work.run.data is not None:
        # The very quantity that the verdict measures.
        line = _line(config, work.run.data, float(start.delta[-1]))
        notes = [f"theory ×{number(error_factor(config, line))}"]
        if work.run.step:
            notes.append(f"now ×{number(error_factor(config, signal_at(work.history, -1)))}")
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
