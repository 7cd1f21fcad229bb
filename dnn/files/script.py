"""A run as one standalone NumPy script that prints the same costs.

The script is written to be read: layers as lists, columns as examples, one line an equation, and
only what this run uses. It shares no code with the engine, so that each checks the other.
"""

from __future__ import annotations

import base64
import zlib

import numpy as np

from dnn.engine.batches import EXAMPLES_A_BLOCK, SHUFFLE_STREAM
from dnn.engine.layout import Array, initial_parameters
from dnn.engine.trainer import STARTING_EXAMPLES, loss_key, targets
from dnn.parts.dropout import DROPOUT_STREAM, ELEMENTS_A_BLOCK
from dnn.parts.normalization import EPSILON, KEEP
from dnn.run.training import Run, exchanged

#: Bytes of data and starting weights that a script may carry.
MOST = 20_000_000
#: Characters that a byte takes where it can't be squeezed.
BASE64 = 4 / 3

#: A longer script is written without empty lines and comments.
LINES = 119

#: g and g' as expressions of Z, and of A = g(Z).
ACTIVATION = {
    "linear": ("Z", "np.ones_like(Z)"),
    "tanh": ("np.tanh(Z)", "1 - A**2"),
    "sigmoid": ("1 / (1 + np.exp(-Z))", "A * (1 - A)"),
    "relu": ("np.maximum(Z, 0)", "1.0 * (Z > 0)"),
    "leaky_relu": ("np.maximum(Z, 0.01 * Z)", "np.where(Z > 0, 1, 0.01)"),
    "elu": ("np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))", "np.where(Z > 0, 1, A + 1)"),
    "selu": (
        "1.0507009873554805 * np.where(Z > 0, Z, 1.6732632423543772 * np.expm1(np.minimum(Z, 0)))",
        "np.where(Z > 0, 1.0507009873554805, A + 1.0507009873554805 * 1.6732632423543772)",
    ),
    "gelu": (
        "Z * (1 + erf(Z / 2**0.5)) / 2",
        "(1 + erf(Z / 2**0.5)) / 2 + Z * np.exp(-(Z**2) / 2) / (2 * np.pi) ** 0.5",
    ),
    "silu": ("Z / (1 + np.exp(-Z))", "A + (1 - A) / (1 + np.exp(-Z))"),
    "softplus": ("np.logaddexp(Z, 0)", "1 - np.exp(-A)"),
    "erf": ("erf(Z)", "2 * np.pi**-0.5 * np.exp(-(Z**2))"),
}
NEEDS_SCIPY = ("gelu", "erf")

#: J for each example, and the derivative of its loss by the logits Z.
LOSS = {
    "logistic": (
        "np.sum(np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-abs(Z))), axis=0)",
        "1 / (1 + np.exp(-Z)) - Y",
    ),
    "softmax": (
        "np.log(np.sum(np.exp(Z - Z.max(0)), axis=0)) + Z.max(0) - np.sum(Z * Y, axis=0)",
        "np.exp(Z - Z.max(0)) / np.sum(np.exp(Z - Z.max(0)), axis=0) - Y",
    ),
    "squared_error": ("0.5 * np.sum((Z - Y) ** 2, axis=0)", "Z - Y"),
}

#: The lines of one update of the parameters p from their gradient g; t counts from 1.
UPDATE = {
    "sgd": ["p -= rate * g"],
    "momentum": ["v[i] = {momentum} * v[i] + g", "p -= rate * v[i]"],
    "nesterov": ["v[i] = {momentum} * v[i] + g", "p -= rate * (g + {momentum} * v[i])"],
    "rmsprop": [
        "v[i] = {rho} * v[i] + (1 - {rho}) * g**2",
        "p -= rate * g / (np.sqrt(v[i]) + {epsilon})",
    ],
    "adam": [
        "m[i] = {beta1} * m[i] + (1 - {beta1}) * g",
        "v[i] = {beta2} * v[i] + (1 - {beta2}) * g**2",
        "m_hat, v_hat = m[i] / (1 - {beta1}**t), v[i] / (1 - {beta2}**t)",
        "p -= rate * m_hat / (np.sqrt(v_hat) + {epsilon})",
    ],
}
UPDATE["adamw"] = UPDATE["adam"]

SCHEDULE = {
    "constant": "1.0",
    "step": "S['schedule_decay'] ** np.floor(t / S['schedule_steps'])",
    "exponential": "S['schedule_decay'] ** (t / S['schedule_steps'])",
    "cosine": "0.5 * (1 + np.cos(np.pi * min(t / S['schedule_steps'], 1)))",
    "warmup": "min((t + 1) / S['schedule_steps'], 1)",
}


def fits(run: Run) -> bool:
    """Return whether a script can make a run again: from one data set, which is sure to fit."""
    data = run.data
    arrays = () if data is None else (data.X_train, data.Y_train, data.X_test, data.Y_test)
    carried = run.initial.nbytes + sum(a.astype(float, copy=False).nbytes for a in arrays)
    return data is not None and exchanged(run) is None and carried * BASE64 < MOST


def script(run: Run, every: int = 0, title: str = "A run of Neural Lab") -> str:
    """Return Python source that makes the run's steps again and prints `step train test` costs.

    every: steps between two lines, by default a tenth of the run. Raises ValueError where the run
    has no data with it or is too large for a script.
    """
    if run.data is None:
        raise ValueError("data: this Run was unpickled without its data; use dnn.attach(run, data)")
    every = every or max(1, run.step // 10)
    lines = _Writer(run).lines(every, title)
    if len(lines) > LINES:
        lines = [line for line in lines if line and not line.strip().startswith("#")]
    text = "\n".join(lines) + "\n"
    if len(text) > MOST:
        raise ValueError(
            f"script: data and starting weights take {len(text) / 1e6:,.0f} MB; "
            f"at most {MOST / 1e6:,.0f} MB fit: save the parameters as NPZ instead"
        )
    return text


class _Writer:
    """The parts of one run's script."""

    def __init__(self, run: Run):
        assert run.data is not None
        self.run, self.config, self.data = run, run.origin, run.data
        self.loss = loss_key(run.config, run.data)
        self.sizes = run.layout.sizes
        self.residual = run.origin.residual_layers()
        self.norm = run.origin.batch_norm
        self.settings = ["learning_rate", "batch_size"]
        for name in ("l1", "l2", "dropout", "clip_norm", "clip_value"):
            if self.ever(name):
                self.settings.append(name)
        if any(value != "constant" for value in self.values("schedule")):
            self.settings += ["schedule", "schedule_steps", "schedule_decay"]

    def values(self, name: str) -> list:
        """Return all values that a field has during the run."""
        changed = [c.value for c in self.run.changes if c.field == name]
        return [getattr(self.config, name), *changed]

    def ever(self, name: str) -> bool:
        """Return whether a number is ever other than 0."""
        return any(self.values(name))

    def lines(self, every: int, title: str) -> list[str]:
        return [
            *self.head(title), "", *self.start(), "", *self.functions(), "",
            *self.forward(), "", *self.gradient(), "", *self.batches(), "",
            *self.loop(every),
        ]  # fmt: skip

    def head(self, title: str) -> list[str]:
        said = title.replace("\\", "").replace('"', "'").replace("\n", " ")
        used = set(self.config.activations) & set(NEEDS_SCIPY)
        scipy = ["from scipy.special import erf"] if used else []
        Y_train = targets(self.loss, self.data, self.data.Y_train)
        Y_test = targets(self.loss, self.data, self.data.Y_test)
        return [
            f'"""{said}: {self.run.step:,} steps, in NumPy. Prints step, train and test cost."""',
            "import base64, zlib", "import numpy as np", *scipy, "",
            "def unpack(text, *shape):",
            "    data = zlib.decompress(base64.b85decode(text))",
            f'    return np.frombuffer(data, "<f8").reshape(shape).astype("{self.config.dtype}")',
            "",
            "# Examples are columns: X is (n_0, m), Y is (n_L, m).",
            f"X, Y = {packed(self.data.X_train)}, {packed(Y_train)}",
            f"X_test, Y_test = {packed(self.data.X_test)}, {packed(Y_test)}",
            f"sizes, L, M = {self.sizes}, {len(self.sizes) - 1}, X.shape[1]",
            *([f"residual = {self.residual}"] * any(self.residual)),
        ]  # fmt: skip

    def start(self) -> list[str]:
        """Return the lines of W, b (and gamma, beta) at step 0."""
        drawn = self._drawn()
        if drawn is None:
            pairs = self.run.layout.weights(self.run.initial.astype(np.float64))
            lines = [f"W = [{', '.join(packed(W) for W, _ in pairs)}]"]
            lines += [f"b = [{', '.join(packed(b) for _, b in pairs)}]"]
        else:
            lines = [
                f"rng = np.random.default_rng([{self.config.seed}, 1])",
                "W, b = [], []",
                "for l, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):",
                *drawn,
            ]
            if self.config.dtype == "float32":
                lines.append("W, b = [[p.astype(X.dtype) for p in part] for part in (W, b)]")
        if self.norm:
            lines += [
                "gamma, beta = [1 + 0 * v for v in b[:-1]], [0 * v for v in b[:-1]]",
                "running = [[beta[l], gamma[l]] for l in range(L - 1)]",
            ]
        lines.append("parameters = W + b" + (" + gamma + beta" if self.norm else ""))
        return lines

    def _drawn(self) -> list[str] | None:
        """Return the lines that draw one layer, None where the run began with other weights."""
        c, keys = self.config, self.config.initializer_keys
        again = initial_parameters(self.run.layout, keys, c.sigma_w, c.seed, c.sigma_b)
        known = set(keys) <= set(DRAWS) and len(set(keys)) == 1
        if not known or not np.array_equal(again.astype(c.dtype), self.run.initial):
            return None
        bias = f"rng.normal(0.0, {c.sigma_b}, (n_out, 1))" if keys[0] == "mean_field" else (
            "np.zeros((n_out, 1))"
        )  # fmt: skip
        return [f"    W.append({DRAWS[keys[0]].format(s=c.sigma_w)})", f"    b.append({bias})"]

    def functions(self) -> list[str]:
        keys = self.config.activations
        lines = ["# g(Z), and its derivative from Z and A = g(Z), of each hidden layer."]
        for name, which, arguments in (("activate", 0, "Z"), ("derive", 1, "Z, A")):
            expressions = [f"lambda {arguments}: {ACTIVATION[key][which]}" for key in keys]
            one = len(set(keys)) == 1
            listed = f"[{expressions[0]}] * (L - 1)" if one else f"[{', '.join(expressions)}]"
            lines.append(f"{name} = {listed if keys else '[]'}")
        J, D = LOSS[self.loss]
        return [*lines, "", "def cost(Z, Y):", f"    return np.mean({J})", "",
                "def slope(Z, Y):", f"    return {D}"]  # fmt: skip

    def forward(self) -> list[str]:
        body = ["    A, kept = X, []", "    for l in range(L - 1):", "        U = W[l] @ A + b[l]"]
        if self.norm:
            body += [
                "        moments = running[l]",
                "        if train and X.shape[1] > 1:",
                "            moments = [U.mean(1, keepdims=True), U.var(1, keepdims=True)]",
                "            for k, bias in enumerate((1, X.shape[1] / (X.shape[1] - 1))):",
                "                new = bias * moments[k]",
                f"                running[l][k] = {KEEP} * running[l][k] + {1 - KEEP:.1f} * new",
                f"        scale = 1 / np.sqrt(moments[1] + {EPSILON})",
                "        U = (U - moments[0]) * scale",
                "        Z = gamma[l] * U + beta[l]",
            ]
        else:
            body += ["        Z, scale = U, None"]
        body += ["        H = G = activate[l](Z)"]
        if "dropout" in self.settings:
            body += ["        H = H * masks[l] if masks else H"]
        before = "A, kept_A = H, A"
        if any(self.residual):
            before = f"A, kept_A = A + {self.config.branch_scale} * H if residual[l] else H, A"
        body += [f"        {before}", "        kept.append((kept_A, U, Z, G, scale))"]
        body += ["    return W[-1] @ A + b[-1], A, kept"]
        return ["def forward(X, train=False, masks=None):", *body]

    def gradient(self) -> list[str]:
        norm, scale = self.norm, self.config.branch_scale
        body = [
            "    Z, A, kept = forward(X, True, masks)",
            "    dW, db, dgamma, dbeta = ([None] * L for _ in range(4))",
            "    m = X.shape[1]",
            "    delta = slope(Z, Y) / m",
            "    dW[-1], db[-1] = delta @ A.T, delta.sum(1, keepdims=True)",
            "    back = W[-1].T @ delta",
            "    for l in reversed(range(L - 1)):",
            "        A, U, Z, H, scale = kept[l]",
            "        delta = back * derive[l](Z, H)",
        ]
        if "dropout" in self.settings:
            body += ["        delta = delta * masks[l] if masks else delta"]
        if any(self.residual) and scale != 1.0:
            body += [f"        delta = delta * {scale} if residual[l] else delta"]
        if norm:
            body += [
                "        dgamma[l] = np.sum(delta * U, 1, keepdims=True)",
                "        dbeta[l] = np.sum(delta, 1, keepdims=True)",
                "        if m > 1:  # the moments depend on the examples too",
                "            delta = delta - (U * dgamma[l] + dbeta[l]) / m",
                "        delta = delta * gamma[l] * scale",
            ]
        carried = " + (back if residual[l] else 0)" if any(self.residual) else ""
        body += [
            "        dW[l], db[l] = delta @ A.T, delta.sum(1, keepdims=True)",
            f"        back = W[l].T @ delta{carried}",
        ]
        body.append("    return dW + db" + (" + dgamma[:-1] + dbeta[:-1]" if norm else ""))
        return ["def gradients(X, Y, masks=None):", *body]

    def batches(self) -> list[str]:
        m = self.data.m_train
        lines = [
            "def order(epoch):",
            "    # The orders of many epochs are drawn at once.",
            f"    block, row = divmod(epoch, {max(1, EXAMPLES_A_BLOCK // m)})",
            f"    rng = np.random.default_rng([{self.config.seed}, {SHUFFLE_STREAM}, block])",
            f"    rows = np.tile(np.arange(M), ({max(1, EXAMPLES_A_BLOCK // m)}, 1))",
            "    return rng.permuted(rows, axis=1)[row]",
        ]
        return lines + (self._masks() if "dropout" in self.settings else [])

    def _masks(self) -> list[str]:
        return [
            "", "def dropout_masks(t, size, m):",
            "    # Drawn for many steps at once, each as for a whole batch of `size`.",
            "    total = sum(n + 1 for n in sizes[1:-1]) * size",
            f"    steps = max(1, {ELEMENTS_A_BLOCK} // total)",
            f"    rng = np.random.default_rng([{self.config.seed}, {DROPOUT_STREAM}, t // steps])",
            "    kept = rng.random((steps, total), dtype=np.float32)[t % steps] >= S['dropout']",
            "    mask = kept.astype(X.dtype) / X.dtype.type(1 - S['dropout'])",
            "    parts = np.split(mask, np.cumsum([(n + 1) * m for n in sizes[1:-1]]))",
            "    return [p.reshape(n + 1, m)[:-1] for p, n in zip(parts, sizes[1:-1])]",
        ]  # fmt: skip

    def loop(self, every: int) -> list[str]:
        c = self.config
        settings = {name: getattr(c, name) for name in self.settings}
        lines = [f"S = {settings}"]
        if self.run.changes:
            lines.append(f"changes = {[(k.step, k.field, k.value) for k in self.run.changes]}")
        uses = UPDATE[c.optimizer]
        if any("v[i]" in line for line in uses):
            lines.append("v = [0 * p for p in parameters]")
        if any("m[i]" in line for line in uses):
            lines.append("m = [0 * p for p in parameters]")
        if self.norm:
            lines += self._moments()
        lines += ["epoch, position, now = 0, 0, None", f"for t in range({self.run.step + 1}):"]
        lines += self._changed()
        lines += [
            f"    if t % {every} == 0 or t == {self.run.step}:",
            "        print(t, *(repr(float(cost(forward(x)[0], y))) for x, y in"
            " ((X, Y), (X_test, Y_test))))",
            "    size = min(S['batch_size'] or M, M)",
            "    now = now if position else order(epoch) if size < M else np.arange(M)",
            "    batch = now[position * size : (position + 1) * size]",
        ]
        masks = ""
        if "dropout" in self.settings:
            lines.append("    masks = dropout_masks(t, size, len(batch)) if S['dropout'] else None")
            masks = ", masks"
        lines += [f"    grads = gradients(X[:, batch], Y[:, batch]{masks})", *self._update()]
        return [
            *lines,
            "    position += 1",
            "    if position * size >= M:",
            "        epoch, position = epoch + 1, 0",
        ]

    def _moments(self) -> list[str]:
        return [
            f"# The running moments begin with those of the first {STARTING_EXAMPLES} examples.",
            f"first = X[:, :{STARTING_EXAMPLES}]",
            "for l in range(L - 1):",
            "    found = forward(first, True)[2]",
            "    U = W[l] @ found[l][0] + b[l]",
            "    running[l] = [U.mean(1, keepdims=True), U.var(1, ddof=1, keepdims=True)]",
        ]

    def _changed(self) -> list[str]:
        if not self.run.changes:
            return []
        lines = [
            "    for _, name, value in [c for c in changes if c[0] == t]:",
            "        if name[0] in 'wb' and name[1].isdigit():  # set by hand: w1.2.0 or b1.2",
            "            l, *place = map(int, name[1:].split('.'))",
            "            (W if name[0] == 'w' else b)[l - 1][(*place, 0)[:2]] = value",
            "        if name == 'batch_size' and position:",
            "            epoch, position = epoch + 1, 0",
            "        S[name] = value",
        ]
        edits = any("." in change.field for change in self.run.changes)
        return lines if edits else [lines[0], *lines[4:]]

    def _update(self) -> list[str]:
        c, has = self.config, self.settings
        lines = ["    rate = S['learning_rate']"]
        if "schedule" in has:
            table = ", ".join(
                f"'{key}': lambda: {SCHEDULE[key]}" for key in sorted(set(self.values("schedule")))
            )
            lines.append(f"    rate *= {{{table}}}[S['schedule']]()")
        decoupled = c.optimizer == "adamw"
        penalties = [("l2", "S['l2'] * W[l]")] if not decoupled else []
        penalties += [("l1", "S['l1'] * np.sign(W[l])")]
        terms = [text for name, text in penalties if name in has]
        if terms:
            lines += [
                "    for l in range(L):  # biases are free",
                f"        grads[l] = grads[l] + {' + '.join(terms)}",
            ]
        if "clip_value" in has:
            lines += [
                "    top = S['clip_value'] or np.inf",
                "    grads = [np.clip(g, -top, top) for g in grads]",
            ]
        if "clip_norm" in has:
            lines += [
                "    norm = np.sqrt(sum(np.sum(g**2) for g in grads))",
                "    if S['clip_norm'] and norm > S['clip_norm']:",
                "        grads = [g * (S['clip_norm'] / norm) for g in grads]",
            ]
        if decoupled and "l2" in has:
            lines += ["    for l in range(L):", "        W[l] -= rate * S['l2'] * W[l]"]
        names = ("momentum", "rho", "beta1", "beta2", "epsilon")
        values = {name: getattr(c, name) for name in names}
        steps = [line.format(**values) for line in UPDATE[c.optimizer]]
        if c.optimizer in ("adam", "adamw"):
            steps = [line.replace("**t)", "**(t + 1))") for line in steps]
        return [
            *lines,
            "    for i, (p, g) in enumerate(zip(parameters, grads)):",
            *(f"        {line}" for line in steps),
        ]


#: One layer's weights, (n_out, n_in), from rng.
DRAWS = {
    "glorot": "rng.standard_normal((n_out, n_in)) * np.sqrt(2 / (n_in + n_out))",
    "he": "rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in)",
    "lecun": "rng.standard_normal((n_out, n_in)) * np.sqrt(1 / n_in)",
    "normal": "rng.standard_normal((n_out, n_in)) * np.sqrt({s}**2)",
    "mean_field": "rng.standard_normal((n_out, n_in)) * np.sqrt({s}**2 / n_in)",
    "zeros": "np.zeros((n_out, n_in))",
}


def packed(A: Array) -> str:
    """Return the expression unpack(b"...", *shape) that stands for an array."""
    data = zlib.compress(np.ascontiguousarray(A, "<f8").tobytes(), 9)
    shape = "".join(f", {n}" for n in A.shape)
    return f"unpack({base64.b85encode(data)!r}{shape})"
