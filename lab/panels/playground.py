"""What the page's panels show of a run at one moment, as one message of plain values and arrays."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dnn.data.dataset import spanning
from dnn.data.planes import COMPONENTS
from dnn.engine.network import Array, Pass
from dnn.engine.trainer import Trainer, loss_key
from dnn.parts.losses import LOSSES
from dnn.parts.schedules import rate_at
from dnn.run.history import History
from dnn.run.inference import guessing_cost
from dnn.run.measure import probe_of
from dnn.run.training import Run
from lab import figures
from lab.analysis.diagnosis.advice import advise
from lab.analysis.maps import output_range, plane_pass, to_bytes, value_scale
from lab.analysis.space import chosen_layer
from lab.intake.hand_drawn import REACH, drawable
from lab.panels import gradients as lab
from lab.panels import layers, results
from lab.panels.autopsy import autopsy_panel
from lab.panels.network import network_panel, shows_unit
from lab.panels.space import over_plane, space_choice, space_panel
from lab.teaching.attending import question_of, shut, strip, withheld
from lab.text.numbers import count, number, percent
from lab.text.sentences import cost_sentence, gradient_sentence
from lab.view import View

if TYPE_CHECKING:
    from lab.live.worker import Slice

AXES = [["linear", "Linear"], ["log", "Log"]]
#: Milliseconds from one frame to the next while playing. At full speed fewer are drawn, so that
#: more is trained.
PACE, PACE_FULL = 16, 90
#: Where fewer steps than these are made in a second, a frame costs many of them: fewer still.
SLOW, PACE_SLOW = 400, 200
#: Of more inputs only these can be chosen in a menu; a link may name any.
MOST_INPUTS = 100
GRADIENTS = [["gradient_rms", "Per example"], ["gradient_norm", "Mean"]]


def message(work: Slice, trainer: Trainer | None) -> dict[str, Any]:
    """Return the message for the page's panels: metrics, status and one part a panel.

    trainer: holds the parameters that the run ends with; None where there are none to train, which
    only the lab can show.
    """
    verdict: dict[str, Any] | None = None
    asked = withheld(work.view, work.attending)
    if asked:
        work = replace(work, examined=False)  # the last steps of a run that diverged explain it
    if trainer is None or work.view.page == "gradients":
        verdict, panels = lab.panels(work, probe_of(trainer).run() if trainer else None)
    elif work.view.page == "layers":
        shown = framed(work, None, layers.panels(work), _metrics(work))
        return shown | {
            "layers": layers.bar(work), "findings": None if asked else layers.findings(work)
        }  # fmt: skip
    elif work.view.page == "results":
        net, size = plane_pass(trainer, work.view.plane)
        boundary = boundary_panel(work, output_field(trainer, net), size)
        panels = results.panels(work, trainer, boundary)
    else:
        net, size = plane_pass(trainer, work.view.plane)
        version = points_version(work.run, work.view)
        panels = {
            "network": network_panel(work, trainer, net, size, version),
            **_plane(work, trainer, net, size),
            "cost": cost_panel(work),
            "gradients": _gradients(work),
        }
        if work.run.diverged and work.examined:
            del panels["gradients"]
            panels["autopsy"] = autopsy_panel(work)
        elif not work.view.present:  # on a projector there is no room for it
            panels["weights"] = _weights(work)
    return framed(work, None if asked else verdict, panels, _metrics(work))


def _plane(work: Slice, trainer: Trainer, net: Pass, size: int) -> dict[str, dict[str, Any]]:
    """Return the panel of the input plane, or of a hidden layer's space where the view says so."""
    layer = chosen_layer(work.view.space_layer, len(trainer.config.hidden))
    if layer is not None and "space" not in work.view.hide and not work.view.pointed:
        plane = boundary_panel(work, np.empty(0, np.uint8), size)
        return {"space": over_plane(space_panel(work, trainer, layer), plane)}
    boundary = boundary_panel(work, output_field(trainer, net), size)
    if trainer.config.hidden and "space" not in work.view.hide:
        boundary["controls"].insert(0, space_choice(work, layer))
    return {"boundary": shows_unit(boundary, work, trainer, net)}


def framed(
    work: Slice,
    verdict: dict[str, Any] | None,
    panels: dict[str, Any],
    metrics: list[dict[str, str]],
) -> dict[str, Any]:
    """Return the message of these panels and metrics, without those that the view hides."""
    view = work.view
    if view.present and view.page == "twins" and question_of(view) is not None:
        # A question above two rows of charts leaves the planes no room on a projector.
        panels = {key: panel for key, panel in panels.items() if not key.endswith("boundary")}
    total = len(panels)
    panels = {key: panel for key, panel in panels.items() if not _hidden(key, view.hide)}
    for panel in panels.values():
        panel["controls"] = [c for c in panel["controls"] if c["key"] not in view.hide]
    if withheld(view, work.attending):
        panels = shut(panels, view, work.attending)
    if view.present:
        panels = {key: _for_projector(panel) for key, panel in panels.items()}
    return {
        "seq": work.seq,
        "pace": _pace(work),
        "playing": work.playing and not work.run.diverged,
        "theme": work.view.theme,
        "numbers": _numbers(work),
        "metrics": [] if "metrics" in view.hide else metrics,
        "status": _status(work),
        "notice": work.notice or None,
        "timeline": _timeline(work),
        "page": work.view.page,
        "present": view.present,
        "followed": None if work.goal is not None else work.followed,
        "verdict": None if "verdict" in view.hide else verdict,
        "lesson": strip(work),
        "panels": panels,
        "partial": len(panels) < total,
    }


def _timeline(work: Slice) -> dict[str, Any] | None:
    """Return where the run is on its way; None where it has none, or is one of two."""
    end = max(work.run.step, work.end or 0)
    if work.large or work.twin is not None or "timeline" in work.view.hide or not end:
        return None
    return {"step": work.run.step, "end": end, "earlier": work.end is not None}


def _for_projector(panel: dict[str, Any]) -> dict[str, Any]:
    """Return a panel whose charts are drawn large; its words the page's style sheet enlarges."""
    parts = {
        key: figures.enlarged(panel[key]) for key in ("figure", "plane", "static") if key in panel
    }
    return panel | parts


def _hidden(key: str, hide: tuple[str, ...]) -> bool:
    """Return whether a panel is hidden; twins have two of each, and one name hides both."""
    return key in hide or key.removeprefix("a_").removeprefix("b_") in hide


def _pace(work: Slice) -> int:
    if not work.playing:
        return 0
    if work.steps is not None:
        return PACE
    return PACE_SLOW if 0 < work.rate < SLOW else PACE_FULL


def _numbers(work: Slice) -> dict[str, float | None]:
    """Return what tests and benchmarks read off a frame, as numbers."""
    found = {"step": work.run.step, "learning_rate": work.run.config.learning_rate}
    if not work.playing:
        found["fingerprint"] = fingerprint(work.run)
    for name in ("train_cost", "train_score"):
        value = last(work.history, name)
        found[name] = value if np.isfinite(value) else None  # type: ignore[assignment]
    return found  # type: ignore[return-value]


def fingerprint(run: Run) -> int:
    """Return a number that differs where parameters or what the optimiser remembers differ."""
    digest = hashlib.blake2b(digest_size=6)  # a whole number that JavaScript keeps exactly
    for array in (run.parameters, run.state, run.running):
        digest.update(array.data)
    return int.from_bytes(digest.digest())


def last(history: History, name: str) -> float:
    """Return a number's newest value; NaN without a record (the first one was out of range)."""
    return float(history.last(name)) if len(history) else float("nan")


def _metrics(work: Slice) -> list[dict[str, str]]:
    h, real = work.history, data_of_run(work.run).target == "real"
    score = "R²" if real else "accuracy"

    def shown(name: str) -> str:
        value = last(h, name)
        if name.endswith("score") and not real:
            return percent(value)
        return number(value)

    texts = [
        ("step", "Step", count(work.run.step)),
        ("epoch", "Epoch", count(work.run.epoch)),
        ("train_cost", "Train cost", shown("train_cost")),
        ("test_cost", "Test cost", shown("test_cost")),
        ("train_score", f"Train {score}", shown("train_score")),
        ("test_score", f"Test {score}", shown("test_score")),
    ]
    if work.run.config.schedule != "constant":
        rate = number(rate_at(work.run.config, work.run.step))
        texts.append(("rate", "Learning rate now", rate))
    return [{"key": key, "label": label, "value": value} for key, label, value in texts]


def _status(work: Slice) -> dict[str, str]:
    if work.large:
        return {"text": "Too large to train here: the signal at the start", "kind": "paused"}
    if work.run.diverged and withheld(work.view, work.attending):
        return {"text": "Waiting for a prediction", "kind": "paused"}
    if work.run.diverged:
        return {"text": f"Diverged at step {count(work.run.diverged.step)}", "kind": "diverged"}
    if work.goal is not None and work.playing:
        done = f"{count(work.run.step)} of {count(work.goal)}"
        what = "the link's step" if work.end is None else "this moment"
        return {"text": f"Recomputing {what}: {done}", "kind": "ok"}
    if work.playing:
        if rate_at(work.run.config, work.run.step) == 0:
            return {"text": "The schedule has ended: learning rate 0", "kind": "paused"}
        rate = f" · {count(float(f'{work.rate:.3g}'))} steps/s" if work.rate else ""
        return {"text": f"Training{rate}", "kind": "ok"}
    if work.end is not None:
        return {"text": "An earlier moment", "kind": "paused"}
    return {"text": "Paused" if work.run.step else "Ready to train", "kind": "paused"}


def data_of_run(run: Run) -> Any:
    """Return the run's data set."""
    assert run.data is not None
    return run.data


def points_version(run: Run, view: View) -> str:
    """Return what the data points on show depend on."""
    return f"{run.data_key[:16]}-{view.theme}-{view.show_test}-{view.present}-{view.plane}"


def plane_choice(data: Any, choice: str) -> list[dict[str, Any]]:
    """Return the menus that choose the plane: components, or an input for each axis."""
    n = data.n_inputs
    if n <= 2 or data.given_plane is not None:
        return []
    pair = spanning(choice, n)
    i, j = pair or (0, 1)
    inputs = [k for k in range(n) if k < MOST_INPUTS or k in (i, j)]
    names = [name if len(name) <= 24 else f"{name[:23]}…" for name in data.feature_names]
    across = [[f"{k + 1}-{(i if k == j else j) + 1}", f"→ {names[k]}"] for k in inputs]
    menus = [("Across", [[COMPONENTS, "Components"], *across])]
    if pair:
        up = [[f"{i + 1}-{k + 1}", f"↑ {names[k]}"] for k in inputs if k != i]
        menus.append(("Up", up))
    return [
        {"key": "plane", "name": f"plane {label}", "label": f"Plane: {label}", "menu": True,
         "value": choice if pair else COMPONENTS, "options": options}
        for label, options in menus
    ]  # fmt: skip


def boundary_panel(work: Slice, field: Array, size: int) -> dict[str, Any]:
    """Return the panel of the decision boundary; field and size: as boundary_field has them."""
    data, view = data_of_run(work.run), work.view
    real, classes = data.target == "real", len(data.class_names)
    plane = data.in_plane(view.plane)[0]
    panel = figures.panel(
        "Decision boundary" if not real else "Prediction over the plane",
        figures.boundary_sentence(data.m_train, data.m_test, view.show_test, plane.note),
        figures.boundary_figure(plane, view.theme, classes=0 if real else max(2, classes)),
        controls=[
            *plane_choice(data, view.plane),
            {"key": "show_test", "label": "Test data", "value": view.show_test},
            {"key": "discretise", "label": "Discretise", "value": view.discretise},
        ],
        legend=figures.legend(
            data.target,
            view.theme,
            class_names=data.class_names,
            show_test=view.show_test,
            scale=value_scale(data),
            units=data.target_units,
        ),
        field=field,
        field_size=size,
        contour=not real and classes <= 2,
        discretise=view.discretise,
    )
    if work.fixed:
        panel["static"] = {"version": points_version(work.run, view), "data": _points(data, view)}
    if work.twin is None and "draw" not in view.hide and drawable(data):
        panel["draw"] = {"classes": _drawn_with(data, view.theme), "reach": REACH,
                         "number": work.drawn}  # fmt: skip
    return panel


def _drawn_with(data: Any, theme: str) -> list[dict[str, Any]]:
    """Return the keys of what can be put on the plane: the classes, or values."""
    if data.target != "real":
        return figures.class_keys(data.class_names, theme)
    low, high = float(data.Y_train.min()), float(data.Y_train.max())
    return figures.value_keys(low, high, value_scale(data), data.target_units, theme)


def _points(data: Any, view: View) -> list[dict[str, Any]]:
    _, train, test = data.in_plane(view.plane)
    return figures.point_traces(
        train, data.Y_train, test, data.Y_test, data.target,
        view.show_test, view.theme, class_names=data.class_names, scale=value_scale(data),
        units=data.target_units,
    )  # fmt: skip


def cost_panel(work: Slice, ghost_name: str = "", same_axes: bool = False) -> dict[str, Any]:
    """Return the panel of the cost curves, with the ghost's behind them."""
    run, view = work.run, work.view
    diverged = None if withheld(view, work.attending) else run.diverged
    ghost_name = ghost_name or ("previous run" if work.end is None else "as it went on")
    unit = LOSSES[loss_key(run.config, data_of_run(run))].unit
    name = "Cross-entropy (nats)" if unit == "nats" else "Half squared error"
    panel = figures.panel(
        "Cost",
        cost_sentence(work.history, diverged, guessing_cost(run)),
        figures.cost_figure(
            work.history, unit=name, log=view.cost_axis == "log", theme=view.theme,
            chance=guessing_cost(run), ghost=work.ghost, ghost_name=ghost_name,
            same_axes=same_axes or work.end is not None, changes=run.changes, diverged=diverged,
            score="R²" if data_of_run(run).target == "real" else "accuracy",
        ),
        controls=[{"key": "cost_axis", "label": "Axis", "value": view.cost_axis, "options": AXES}],
    )  # fmt: skip
    if diverged:
        advice = advise(run)
        panel["subtitle"] = advice.what
        panel["badge"] = {"text": "diverged", "kind": "diverged"}
        panel["banner"] = {
            "strong": advice.why,
            "text": "The last finite weights are kept.",
            "kind": "diverged",
            "button": {"label": advice.button, "action": "mend"},
        }
    elif not run.step:
        pressed = {"play", "step"}.isdisjoint(view.hide)
        panel["empty"] = {
            "strong": "Ready to train",
            "text": "Press Space to play, → for one step." if pressed else "",
        }
    return panel


def _check_badge(work: Slice) -> dict[str, str] | None:
    """Return the badge on back-propagation against finite differences."""
    check = work.check
    if check is None:
        return None
    share = f" ({check.judged} of {check.layers} layers)" if check.judged < check.layers else ""
    by = f"{check.difference:.0e}".replace("nan", "NaN")
    text, kind = {
        "agrees": (f"backprop ✓ {by}{share}", "ok"),
        "differs": (f"backprop ≠ {by} ({check.worst})", "diverged"),
        "undecided": ("backprop: can't tell", ""),
    }[check.verdict]
    return {"text": text, "kind": kind, "help": f"At step {count(check.step)}, {check}."}


def _gradients(work: Slice) -> dict[str, Any]:
    view = work.view
    unit = LOSSES[loss_key(work.run.config, data_of_run(work.run))].unit
    return figures.panel(
        "Gradient per layer",
        " ".join(
            text
            for text in (
                gradient_sentence(work.history, view.gradient),
                figures.drawn_note(work.run.layout.layers),
            )
            if text
        ),
        figures.gradient_figure(
            work.history, kind=view.gradient, theme=view.theme, log=view.gradient_axis == "log",
            unit=unit,
        ),
        controls=[
            {"key": "gradient", "label": "Gradient", "value": view.gradient, "options": GRADIENTS},
            {"key": "gradient_axis", "label": "Axis", "value": view.gradient_axis, "options": AXES},
        ],
        badge=_check_badge(work),
    )  # fmt: skip


def _weights(work: Slice) -> dict[str, Any]:
    run = work.run
    now, initial = run.weights, run.layout.weights(run.initial)
    return figures.panel(
        "Weights per layer",
        figures.weights_sentence(now, initial),
        figures.weights_figure(now, initial, work.view.theme),
    )


def boundary_field(trainer: Trainer) -> tuple[Array, int]:
    """Return the output over the plane as u8 (size * size, row by row from below), and size.

    Two classes: the probability of class 1 from 0 to 1; more: the number of the likeliest one;
    real targets: the value, plus and minus the largest training target.
    """
    net, size = plane_pass(trainer)
    return output_field(trainer, net), size


def output_field(trainer: Trainer, net: Pass) -> Array:
    """Return the output in a pass over the plane as u8, as boundary_field has it."""
    A = net.prediction
    if len(A) > 2 and trainer.data.target == "classes":
        return A.argmax(axis=0).astype(np.uint8)
    values = A[0] if trainer.data.target == "real" else A[-1]
    return to_bytes(values, output_range(trainer.data))
