"""Config: everything that determines a run, as one frozen value that a link can carry.

Each field is declared once: its default, and what checking, a widget and a link need (Setting).
Adding one is adding it here, or to the class of its part's settings where a part reads it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from dnn.data.datasets import DATASETS, DataSettings
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES
from dnn.parts.optimizers import OptimizerSettings
from dnn.parts.schedules import ScheduleSettings
from dnn.settings import Setting, setting, shown

#: What one link may ask of the server; the operator can raise it by environment variables.
MAX_PARAMETERS = float(os.environ.get("NEURAL_LAB_MAX_PARAMETERS", 5_000_000))
#: Multiply-adds of one training step.
MAX_FLOPS = float(os.environ.get("NEURAL_LAB_MAX_FLOPS", 5e9))
#: Parameters of a network whose signal at the start is measured, trained or not.
MAX_SIGNAL = float(os.environ.get("NEURAL_LAB_MAX_SIGNAL", 105_000_000))
#: Units times examples: what one pass over all the data keeps in memory, several times.
MAX_ACTIVATIONS = float(os.environ.get("NEURAL_LAB_MAX_ACTIVATIONS", 30_000_000))

#: What strengths of a penalty, limits for clipping and network fields have in common; 0 is off.
PENALTY: dict[str, Any] = {
    "group": "training", "kind": "log", "min": 0.0, "max": 10.0, "live": True,
    "marks": (0.0, *(float(f"{d}e{k}") for k in range(-6, 1) for d in (1, 3)), 10.0),
}  # fmt: skip
CLIP: dict[str, Any] = {
    "group": "training", "kind": "log", "min": 0.0, "max": 1000.0, "live": True, "rare": True,
    "marks": (0.0, *(float(f"{d}e{k}") for k in range(-3, 3) for d in (1, 3)), 1000.0),
}  # fmt: skip
SCALE: dict[str, Any] = {
    "group": "network", "kind": "float", "min": 0.0, "max": 10.0, "step": 0.05,
}  # fmt: skip


def _deep(config: Config) -> bool:
    return bool(config.hidden)


@dataclass(frozen=True, kw_only=True)
class Config(ScheduleSettings, OptimizerSettings, DataSettings):
    """One experiment; the defaults are the first visit's but for its dtype.

    Fields about data, optimisers and schedules stand beside these, and are inherited. Equal configs
    give equal runs. Whether this machine can train it is another question, which dnn.start answers.
    Raises ValueError that names the field, the value and what is allowed.
    """

    hidden: tuple[int, ...] = setting(
        (8, 8, 6, 4), label="Hidden layers",
        help="The number of units in each hidden layer, from the input to the output.",
        group="network", kind="layers", min=1, max=1024, max_length=100,
    )  # fmt: skip
    activation: str | tuple[str, ...] = setting(
        "tanh", label="Activation",
        help="The non-linearity g of the hidden layers: one for all, or one for each.",
        group="network", kind="activation", choices=ACTIVATIONS,
        formula="A = g(Z), Z = W A_previous + b", applies=_deep,
    )  # fmt: skip
    initializer: str | None = setting(
        None, label="Starting weights",
        help="The distribution from which the weights are drawn.",
        group="network", kind="choice", choices=INITIALIZERS,
        none="auto", none_label="what suits the activation",
    )  # fmt: skip
    sigma_w: float = setting(
        0.5, label="Weight scale", formula="sigma_w", **SCALE,
        help="The scale of the starting weights, for the initialisers that leave it open.",
        applies=lambda config: INITIALIZERS[config.initializer_key].uses_sigma_w,
    )  # fmt: skip
    sigma_b: float = setting(
        0.0, label="Bias scale", formula="sigma_b", **SCALE,
        help="The scale of the starting biases, for the initialisers that draw them.",
        applies=lambda config: INITIALIZERS[config.initializer_key].uses_sigma_b,
    )  # fmt: skip
    batch_norm: bool = setting(
        False, label="Batch normalisation",
        help="Brings each hidden unit to mean 0 and variance 1 over the batch, then lets it learn "
        "another scale and shift. Evaluated with running means (Ioffe & Szegedy 2015).",
        group="network", kind="switch", applies=_deep,
        formula="z = gamma (u - mean) / sqrt(var + 1e-5) + beta, u = W a + b",
    )  # fmt: skip
    residual: bool = setting(
        False, label="Residual connections",
        help="Each hidden layer that is as wide as the hidden one before it, and no other, adds to "
        "it what it computes, so that the gradient has a way past it (He et al. 2016).",
        group="network", kind="switch", formula="a_l = a_(l-1) + s g(z_l)",
        applies=lambda config: any(config.residual_layers(True)),
    )  # fmt: skip
    branch_scale: float = setting(
        1.0, label="Branch scale", formula="s",
        help="What a residual branch is multiplied with: small ones keep deep networks calm.",
        group="network", kind="float", min=0.0, max=2.0, step=0.1,
        applies=lambda config: any(config.residual_layers()),
    )  # fmt: skip
    loss: str | None = setting(
        None, label="Cost", help="What training makes small.",
        group="training", kind="choice", choices=LOSSES, rare=True,
        none="auto", none_label="what suits the targets",
    )  # fmt: skip
    batch_size: int | None = setting(
        32, label="Batch size", help="How many examples each step averages over.", formula="m",
        group="training", kind="int", min=1, max=10_000, live=True,
        marks=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024),
        none="full", none_label="all of them",
    )  # fmt: skip
    l1: float = setting(
        0.0, label="L1 penalty", formula="J + lambda sum of |W|", rare=True, **PENALTY,
        help="Pulls every weight towards 0 by the same amount, so that many come close; 0 is off.",
    )  # fmt: skip
    l2: float = setting(
        0.0, label="L2 penalty", formula="J + (lambda / 2) sum of W^2", **PENALTY,
        help="Pulls every weight towards 0, the large ones most; 0 is off.",
    )  # fmt: skip
    dropout: float = setting(
        0.0, label="Dropout", formula="a = g(z) mask / (1 - p)",
        help="The share of hidden units that each step leaves out, drawn anew for every example; "
        "the others are scaled up (Srivastava et al. 2014, inverted); 0 is off.",
        group="training", kind="float", min=0.0, max=0.9, step=0.1, live=True, rare=True,
        applies=_deep,
    )  # fmt: skip
    clip_norm: float = setting(
        0.0, label="Clip the norm", formula="g <- g min(1, c / |g|)", **CLIP,
        help="Scales the whole gradient down to this length where it is longer "
        "(Pascanu, Mikolov & Bengio 2013, algorithm 1); 0 is off.",
    )  # fmt: skip
    clip_value: float = setting(
        0.0, label="Clip the values", formula="g <- min(max(g, -c), c)", **CLIP,
        help="Cuts every component of the gradient off at plus and minus this; 0 is off.",
    )  # fmt: skip
    dtype: str = setting(
        "float64", label="Precision",
        help="float32 is up to twice as fast in wide networks; float64 is more exact.",
        group="training", kind="choice", choices=("float64", "float32"), rare=True,
    )  # fmt: skip

    def __post_init__(self) -> None:
        for name, about in FIELDS.items():
            object.__setattr__(self, name, about.normalized(name, getattr(self, name)))
        if not isinstance(self.activation, str) and len(self.activation) != len(self.hidden):
            raise ValueError(
                f"activation: {shown(self.activation)} names {len(self.activation)} layers; "
                f"allowed: one key, or one per hidden layer ({len(self.hidden)})"
            )
        if self.batch_norm and self.batch_size == 1:
            raise ValueError(
                "batch_size: 1 is not allowed with batch normalisation, for one example has no "
                "variance; allowed: 2 or more (from about 16 on it works well)"
            )

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation key of each hidden layer."""
        if isinstance(self.activation, str):
            return (self.activation,) * len(self.hidden)
        return self.activation

    def residual_layers(self, wanted: bool | None = None) -> tuple[bool, ...]:
        """Return for each hidden layer whether it adds to the one before, which is as wide.

        wanted: as if the field residual were this.
        """
        on = self.residual if wanted is None else wanted
        same = (a == b for a, b in pairwise(self.hidden))
        return (False, *(on and s for s in same)) if self.hidden else ()

    @property
    def initializer_keys(self) -> tuple[str, ...]:
        """The initialiser of each layer, the output's last: left open, what suits its activation.

        The output layer follows the last hidden one, as in the classic course.
        """
        if self.initializer is not None:
            return (self.initializer,) * (len(self.hidden) + 1)
        keys = self.activations or (self.activation if isinstance(self.activation, str) else "",)
        suits = tuple(ACTIVATIONS[key].initializer for key in keys)
        return suits if not self.hidden else (*suits, suits[-1])

    @property
    def initializer_key(self) -> str:
        """The initialiser of the first layer."""
        return self.initializer_keys[0]


#: Everything there is to know of each field, in the order of the side bar.
FIELDS: dict[str, Setting] = {f.name: f.metadata["setting"] for f in fields(Config)}
FIELDS["seed"] = FIELDS.pop("seed")  # it belongs to the data, but is shown last
#: What can change without a reset.
LIVE_FIELDS = tuple(name for name, setting in FIELDS.items() if setting.live)


def check_work(sizes: Sequence[int], batch: int, examples: int) -> None:
    """Raise ValueError where a network of these layer sizes, inputs first, asks too much.

    batch: examples of one step; examples: of the largest set that passes through at once.
    """
    weights = sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes))
    units = sum(sizes[1:])
    for amount, limit, what in (
        (weights + units, MAX_PARAMETERS, "parameters"),
        (3 * weights * batch, MAX_FLOPS, f"multiply-adds per step of {batch} examples"),
        (units * examples, MAX_ACTIVATIONS, f"activations of {examples} examples"),
    ):
        check_amount(sizes, amount, limit, what)


def check_amount(sizes: Sequence[int], amount: int, limit: float, what: str) -> None:
    """Raise ValueError where layers of these sizes make more of something than is allowed."""
    if amount > limit:
        raise ValueError(
            f"hidden: {shown(tuple(sizes[1:-1]))} makes {amount:,} {what}; "
            f"allowed: up to {limit:,.0f} (take fewer or narrower layers)"
        )


def to_query(config: Config) -> dict[str, str]:
    """Return what a link carries: the text of every field that differs from the defaults."""
    usual = _usual(config.dataset)
    return {
        name: about.write(getattr(config, name))
        for name, about in FIELDS.items()
        if getattr(config, name) != getattr(usual, name)
    }


def _usual(dataset: str) -> Config:
    """Return what a link means that says no more than its data set: with as many examples."""
    about = DATASETS[dataset]
    return replace(DEFAULT, samples=about.samples) if about.synthetic else DEFAULT


def from_query(query: Mapping[str, str]) -> Config:
    """Return the Config of a link; keys that are not fields are somebody else's.

    Raises ValueError, one line for each bad field.
    """
    values, problems = {}, []
    for name, about in FIELDS.items():
        if name in query:
            try:
                values[name] = about.parse(name, query[name])
            except ValueError as error:
                problems.append(str(error))
    if problems:
        raise ValueError("\n".join(problems))
    usual = _usual(values.get("dataset", DEFAULT.dataset))
    return Config(**{"samples": usual.samples, **values})


#: What a link need not say.
DEFAULT = Config()
