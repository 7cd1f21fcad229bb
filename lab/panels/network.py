"""The diagram of a network: units with their maps, links and biases, as one panel of a message.

Where a network is too large to be drawn in full, layers become strips and only the strongest links
between two layers travel; the panel says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.config import FIELDS
from dnn.engine.network import Array, Pass
from dnn.engine.trainer import Trainer
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.normalization import EPSILON
from dnn.run.measure import probe_of
from dnn.run.training import LARGEST_EDIT
from lab import figures
from lab.analysis.maps import (
    LAYERS,
    MANY_INPUTS,
    SIDE,
    UNITS,
    Inputs,
    Maps,
    input_maps,
    inputs_of,
    layer_range,
    to_bytes,
    unit_maps,
)
from lab.figures.boundary import class_name
from lab.figures.theme import boundary_ramp, depth, layer_color, ramp_key, tokens
from lab.live.shown import Shown
from lab.panels.panel import Panel, Part
from lab.panels.plane import over_plane_pass, points_version
from lab.text.numbers import count, short

#: Between two layers at most so many links travel, and in all so many; biases come beside them.
LINKS, LINKS_IN_ALL = 288, 2_400
#: Of a unit in view at most so many weights and its bias travel beside them.
ROW = 24
#: From twice so many weights on, a sample of so many is looked at first.
SAMPLE = 8_192


def network_panel(shown: Shown) -> Part:
    """Return the panel of the network, with its units' maps over the input plane."""
    trainer = shown.trainer
    assert trainer is not None
    net, size = shown.once(over_plane_pass)
    maps, inputs = unit_maps(trainer, net, size), inputs_of(trainer)
    links = _links(shown, trainer, maps)
    panel = figures.panel(
        "Network",
        sentence(trainer, maps, inputs, links, shown.view.plane),
        {"data": [], "layout": {}},
        layers=[_layer(trainer, l, m, shown.view.theme) for l, m in enumerate(maps, 1)],
        inputs=_inputs(inputs),
        maps=np.concatenate([m.values.reshape(-1) for m in maps]),
        links=links,
        step=shown.run.step,
        moved=shown.run.step - shown.before.step if shown.before else 0,
        probe=len(probe_of(trainer).rows),
        pointed=shown.view.pointed,
        pinned=shown.view.pinned if pinned_unit(shown, trainer) else "",
        discretise=shown.view.discretise,
        hidden=list(shown.run.config.hidden),
        legend=_legend(shown.view.theme),
        limits={
            "units": FIELDS["hidden"].max,
            "layers": FIELDS["hidden"].max_length,
            "value": LARGEST_EDIT,
        },
        colors=_colors(shown.view.theme),
    )
    if shown.display.points_due:
        panel["static"] = {
            "version": points_version(shown.run, shown.view),
            "side": SIDE,
            "maps": input_maps(trainer, shown.view.plane).reshape(-1),
            "names": list(inputs.names) if len(inputs.names) > MANY_INPUTS else None,
        }
    return panel


def _legend(theme: str) -> list[dict[str, Any]]:
    c = tokens(theme)
    return [
        ramp_key(theme, "maps: low", "high"),
        {"symbol": "line", "color": c["pos"], "label": "weight > 0"},
        {"symbol": "line", "color": c["neg"], "label": "weight < 0"},
        {"symbol": "square", "color": c["t3"], "label": "bias"},
    ]


def _colors(theme: str) -> dict[str, Any]:
    c = tokens(theme)
    return {
        "map": {"low": c["neg"], "mid": c["mid"], "high": c["pos"]},
        "field": boundary_ramp(theme),
        "positive": c["pos"], "negative": c["neg"], "panel": c["panel"], "line": c["line2"],
        "t1": c["t1"], "t2": c["t2"], "t3": c["t3"],
    }  # fmt: skip


def _inputs(inputs: Inputs) -> dict[str, Any]:
    # Names of thousands of pixels are sent once, with what stands still.
    many = len(inputs.names) > MANY_INPUTS
    return {
        "kind": inputs.kind,
        "keys": list(inputs.keys),
        "names": None if many else list(inputs.names),
        "order": None if many else list(inputs.order),
        "units": sum(i >= 0 for i in inputs.order),
        "shown": list(inputs.shown),
    }


def _layer(trainer: Trainer, l: int, maps: Maps, theme: str) -> dict[str, Any]:
    """Return what is said of layer l (from 1, the output last) in the diagram."""
    layers, units = trainer.layout.layers, trainer.layout.sizes[l]
    t, low, high = depth(l - 1, layers), *maps.limits
    told = {
        "units": units, "kind": maps.kind, "side": maps.side,
        "shown": None if len(maps.shown) == units else maps.shown.tolist(),
        "low": short(low), "high": short(high),
        "color": layer_color(t, theme), "ink": layer_color(t, theme, text=True),
    }  # fmt: skip
    if l == layers:
        return {**told, **_output(trainer)}
    activation = ACTIVATIONS[trainer.architecture.activations[l - 1]]
    word = activation.label if activation.label != "Tanh" else "tanh"
    residual = bool(trainer.architecture.residual) and trainer.architecture.residual[l - 1]
    told |= {"title": f"Layer {l}", "note": word, "symbol": "a", "names": [], "link": word}
    if residual:
        told["adds"] = float(trainer.architecture.branch_scale)
    if trainer.architecture.batch_norm:
        told["norm"] = _normalised(trainer, l)
    return told


def _output(trainer: Trainer) -> dict[str, Any]:
    """Return the words of the output layer."""
    data, loss = trainer.data, trainer.loss
    names = [class_name(k, data.class_names) for k in range(len(data.class_names))]
    one = trainer.layout.sizes[-1] == 1
    word = loss.output.capitalize()
    symbol = "y" if loss.targets[0] == "real" else "p"
    told = {"title": "Output", "note": word, "link": word, "symbol": symbol}
    return {**told, "names": names[1:] if one else names}


def _normalised(trainer: Trainer, l: int) -> Array:
    """Return (units, 2): scale and shift of z = scale u + shift, as evaluation normalises u."""
    before = sum(trainer.layout.sizes[1:l])
    mean, var = trainer.running[:, before : before + trainer.layout.sizes[l]].astype(np.float64)
    gamma, beta = trainer.layout.views(trainer.p, "norm")[l - 1].astype(np.float64).T
    scale = gamma / np.sqrt(var + EPSILON)
    return np.column_stack([scale, beta - scale * mean])


def _links(shown: Shown, trainer: Trainer, maps: list[Maps]) -> list[dict[str, Any]]:
    """Return for each layer its links: blocks [W b] of the weight, its gradient and its last move.

    gradient: of the mean cost of the first training examples, without penalties and dropout. at:
    where in the block they stand, row by row; None for the whole block.
    """
    probe = probe_of(trainer)
    gradients = probe.run().G
    examples = len(probe.rows)
    blocks = trainer.layout.views(trainer.p)
    since = shown.before.parameters if shown.before is not None else shown.run.parameters
    earlier = trainer.layout.views(since)
    most = min(LINKS, LINKS_IN_ALL // len(blocks))
    seen = unit_in_view(shown, trainer)
    told: list[dict[str, Any]] = []
    for W, G, E, m in zip(blocks, gradients, earlier, maps, strict=True):
        whole = W.size - len(W) <= most
        at = None if whole else strongest(W, most, with_biases=m.kind == "tiles")
        if at is not None and seen is not None and seen[0] == len(told) + 1:
            at = np.union1d(at, row_of(W, seen[1])).astype(np.int32)
        w, g, e = (B.reshape(-1)[slice(None) if at is None else at] for B in (W, G, E))
        told.append(
            {
                "at": at, "total": W.shape[0] * (W.shape[1] - 1), "columns": W.shape[1],
                "weight": w.copy(), "gradient": g / examples, "move": w - e,
            }
        )  # fmt: skip
    return told


def strongest(W: Array, most: int, with_biases: bool) -> Array:
    """Return where in the block W = [W b], read row by row, the largest weights stand, in order.

    with_biases: and all biases beside them.
    """
    rows, sizes = len(W), np.abs(W)
    sizes[:, -1] = np.inf if with_biases else -1.0
    most += rows if with_biases else 0
    return np.sort(_largest(sizes.reshape(-1), min(most, sizes.size))).astype(np.int32)


def row_of(W: Array, unit: int) -> Array:
    """Return where in the block W = [W b] the bias and the largest weights of a unit stand."""
    sizes = np.abs(W[unit])
    sizes[-1] = np.inf
    return unit * len(sizes) + _largest(sizes, min(ROW, len(sizes)))


def _largest(sizes: Array, most: int) -> Array:
    """Return where the `most` largest stand: a sample tells first what is too small to be one."""
    stride = max(1, len(sizes) // SAMPLE)
    sample, n = sizes[::stride], 3 * most // stride + 16
    if stride > 1 and n <= len(sample):
        among = np.flatnonzero(sizes >= np.partition(sample, -n)[-n])
        if len(among) >= most:
            return among[np.argpartition(sizes[among], -most)[-most:]]
    return np.argpartition(sizes, -most)[-most:]


def sentence(
    trainer: Trainer,
    maps: list[Maps],
    inputs: Inputs,
    links: list[dict[str, Any]],
    choice: str,
) -> str:
    """Return what the panel says of its maps where they are not plain, and of what is left out."""
    said = []
    plane = trainer.data.in_plane(choice)[0]
    if plane.kind == "components":
        said.append("Maps over the plane of the first two principal components.")
    elif plane.note:
        said.append(plane.note)
    if inputs.kind == "strip":
        said.append(f"The {count(len(inputs.names))} inputs are a strip.")
    if any(m.kind == "strip" for m in maps):
        who = f"Layers of more than {UNITS} units are strips"
        if len(trainer.config.hidden) > LAYERS:
            who = f"With more than {LAYERS} hidden layers, each is a strip"
        said.append(f"{who}: a row a unit, along the horizontal axis of the plane.")
    if any(link["at"] is not None for link in links):
        drawn = min(LINKS, LINKS_IN_ALL // len(links))
        said.append(f"Only the strongest {count(drawn)} links between two layers are drawn.")
    return " ".join(said)


# --- the pinned unit -----------------------------------------------------------------------------


def pinned_unit(shown: Shown, trainer: Trainer) -> tuple[int, int] | None:
    """Return layer (from 1) and unit (from 0) that the view pins, None where there is none such."""
    if not shown.view.pinned:
        return None
    return _place(shown.view.pinned, trainer)


def unit_in_view(shown: Shown, trainer: Trainer) -> tuple[int, int] | None:
    """Return the unit that is pointed at where the browser has no map of it, or else the pinned."""
    found = _place(shown.view.pointed, trainer) if shown.view.pointed else None
    return found or pinned_unit(shown, trainer)


def _place(name: str, trainer: Trainer) -> tuple[int, int] | None:
    l, j = (int(part) for part in name.split("."))
    sizes = trainer.layout.sizes
    return None if l >= len(sizes) or j > sizes[l] else (l, j - 1)


def shows_unit(panel: dict[str, Any], shown: Shown, trainer: Trainer, net: Pass) -> dict[str, Any]:
    """Return the boundary's panel showing the field of the unit in view, if there is one."""
    found = unit_in_view(shown, trainer)
    if found is None:
        return panel
    l, j = found
    A = net.activation(l) if l < trainer.layout.layers else net.prediction
    limits = layer_range(trainer, l, A)
    figure = panel["figure"]
    meta = {**figure["layout"]["meta"], "field": boundary_ramp(shown.view.theme)}
    layout = {**figure["layout"], "meta": meta}
    words = _layer(trainer, l, _no_maps(limits), shown.view.theme)
    low = f"{words['symbol']} = {words['low']}"
    return {
        **panel,
        "title": unit_name(words, j),
        "legend": [ramp_key(shown.view.theme, low, words["high"])],
        "figure": {**figure, "layout": layout},
        "field": to_bytes(A[j], limits),
        "contour": True,
    }


def _no_maps(limits: tuple[float, float]) -> Maps:
    return Maps("tiles", limits, 0, np.empty(0, int), np.empty(0, np.uint8))


def unit_name(layer: dict[str, Any], unit: int) -> str:
    """Return what unit `unit` (from 0) of a layer is called."""
    if layer["title"] == "Output":
        names = layer["names"]
        return f"Output: {names[unit]}" if unit < len(names) else "Output"
    return f"{layer['title']}, neuron {unit + 1}"


PANELS = [
    Panel("network", "Network", {"playground": 10}, network_panel, kind="diagram", plain=True)
]
