"""The stages of the update: what a step makes of the gradient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dnn.parts.optimizers import OPTIMIZERS
from lab.teaching.walk.matrices import aligned, number, shaped
from lab.teaching.walk.stage import Passage, Stage, named, symbol
from lab.teaching.walk.trace import Trace, unlike_training, uses_penalty


def updates(t: Trace, part: str = "update") -> Iterator[Stage]:
    """Yield the update of each layer's weights and biases: none where the engine's is another."""
    run = t.run
    if different := unlike_training(run):
        yield _left_out(part, different)
        return
    optimizer = OPTIMIZERS[run.config.optimizer]
    # Without memory and other numbers an update is the gradient times the learning rate.
    plain_descent = not (optimizer.memory or optimizer.uses or uses_penalty(run))
    for layer in t.layers:
        l = layer.l
        W, b = symbol("W", l), symbol("b", l)
        whole = np.hstack([layer.W, layer.b])
        gradient = np.hstack([layer.dW, layer.db])
        if plain_descent:
            eta = number(t.rate)
            formula = (
                rf"{W} \leftarrow {W} - \eta\,{symbol('dW', l)} \qquad "
                rf"{b} \leftarrow {b} - \eta\,{symbol('db', l)}"
            )
            step = rf"- {eta}\,{shaped(gradient)}"
            text = "A step of the learning rate η against the gradient makes the cost smaller."
        else:
            formula = rf"[{W}\;{b}] \leftarrow [{W}\;{b}] + \Delta"
            step = f"+ {shaped(layer.update)}"
            text = f"{optimizer.label} turns the gradient into a step Δ. {optimizer.help}"
            if uses_penalty(run):
                text += " Penalties and clipping have their part in it."
        yield Stage(
            f"{part}{l}", part, f"Update of {named(t.depth, l)}", text, formula,
            aligned(
                rf"[{W}\;{b}] &\leftarrow {shaped(whole)} {step}",
                rf"&= {shaped(whole + layer.update)}",
            ),
            plain="" if plain_descent else optimizer.formula, numpy=optimizer.plain, layer=l,
            passages=(Passage(optimizer.calls),), units=(l,), links=(l,), shows="a",
            terms=("learning_rate", "update", "gradient_descent" if plain_descent else "optimizer"),
        )  # fmt: skip


def _left_out(part: str, different: str) -> Stage:
    """Return the stage that says why there is no update to be shown."""
    return Stage(
        f"{part}1", part, "The update is left out",
        f"In training {different} would change every pass and every gradient, while the numbers "
        "here are those of evaluation: a step made of them would not be the engine's, so none is "
        "shown.",
        r"\theta \leftarrow \theta + \Delta\theta", layer=1, shows="none",
        terms=("update", *(("batch_norm",) if "batch" in different else ()),
               *(("dropout",) if "dropout" in different else ())),
    )  # fmt: skip
