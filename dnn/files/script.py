"""A run as one standalone NumPy script that prints the same costs.

The script is written to be read: layers as lists, columns as examples, one line an equation, and
only what this run uses. It shares no code with the engine, so that each checks the other: what a
part computes comes from the plain NumPy of its entry.
"""

from __future__ import annotations

import base64
import zlib

import numpy as np

from dnn.engine.batches import EXAMPLES_A_BLOCK, SHUFFLE_STREAM
from dnn.engine.layout import Array, initial_parameters
from dnn.engine.trainer import STARTING_EXAMPLES, loss_key, targets
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.dropout import DROPOUT_STREAM, ELEMENTS_A_BLOCK
from dnn.parts.dropout import PLAIN as MASKS
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES
from dnn.parts.normalization import PLAIN_BACKWARD, PLAIN_FORWARD, PLAIN_RUNNING
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import SCHEDULES
from dnn.run.training import Run, data_of, exchanged

#: Bytes of data and starting weights that a script may carry.
MOST = 20_000_000
#: Characters that a byte takes where it can't be squeezed.
BASE64 = 4 / 3

#: A longer script is written without empty lines and comments.
LINES = 119


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
        self.run, self.config, self.data = run, run.origin, data_of(run)
        self.loss = LOSSES[loss_key(run.config, self.data)]
        self.optimizer = OPTIMIZERS[run.config.optimizer]
        self.activations = [ACTIVATIONS[key] for key in run.origin.activations]
        self.sizes = run.layout.sizes
        self.residual = run.origin.residual_layers()
        self.norm = run.origin.batch_norm
        self.settings = ["learning_rate", "batch_size"]
        off_at_0 = ("l1", "l2", "dropout", "clip_norm", "clip_value")
        self.settings += [name for name in off_at_0 if any(self.values(name))]
        if any(value != "constant" for value in self.values("schedule")):
            self.settings += ["schedule", "schedule_steps", "schedule_decay"]

    def values(self, name: str) -> list:
        """Return all values that a field has during the run."""
        changed = [c.value for c in self.run.changes if c.field == name]
        return [getattr(self.config, name), *changed]

    def lines(self, every: int, title: str) -> list[str]:
        return [
            *self.head(title), "", *self.start(), "", *self.functions(), "",
            *self.forward(), "", *self.gradient(), "", *self.batches(), "",
            *self.update(), "", *self.loop(every),
        ]  # fmt: skip

    def head(self, title: str) -> list[str]:
        said = title.replace("\\", "").replace('"', "'").replace("\n", " ")
        texts = [text for g in self.activations for text in (g.plain, g.plain_slope)]
        scipy = ["from scipy.special import erf"] * any("erf(" in text for text in texts)
        Y_train, Y_test = (
            targets(self.loss.key, self.data, Y) for Y in (self.data.Y_train, self.data.Y_test)
        )
        return [
            f'"""{said}: {self.run.step:,} steps, in NumPy. Prints step, train and test cost."""',
            "import base64, zlib", "import numpy as np", *scipy, "",
            "def unpack(text, *shape):",
            '    data = np.frombuffer(zlib.decompress(base64.b85decode(text)), "<f8")',
            f'    return data.reshape(shape).astype("{self.config.dtype}")',
            "",
            "# Examples are columns: X is (n_0, m), Y is (n_L, m).",
            f"X, Y = {packed(self.data.X_train)}, {packed(Y_train)}",
            f"X_test, Y_test = {packed(self.data.X_test)}, {packed(Y_test)}",
            f"sizes, L, M = {self.sizes}, {len(self.sizes) - 1}, X.shape[1]",
            *([f"residual = {self.residual}"] * any(self.residual)),
        ]  # fmt: skip

    def start(self) -> list[str]:
        """Return the lines of W, b (and gamma, beta) at step 0."""
        lines = self._drawn()
        if lines is None:
            pairs = self.run.layout.weights(self.run.initial.astype(np.float64))
            lines = [f"W = [{', '.join(packed(W) for W, _ in pairs)}]"]
            lines += [f"b = [{', '.join(packed(b) for _, b in pairs)}]"]
        if self.norm:
            lines += [
                "gammas, betas = [1 + 0 * v for v in b[:-1]], [0 * v for v in b[:-1]]",
                "running = [[0 * v, 1 + 0 * v] for v in b[:-1]]  # mean and variance",
            ]
        lines.append("parameters = W + b" + (" + gammas + betas" if self.norm else ""))
        return lines

    def _drawn(self) -> list[str] | None:
        """Return the lines that draw the weights, None where the run began with other ones."""
        c, keys = self.config, self.config.initializer_keys
        again = initial_parameters(self.run.layout, keys, c.sigma_w, c.seed, c.sigma_b)
        if len(set(keys)) > 1 or not np.array_equal(again.astype(c.dtype), self.run.initial):
            return None
        entry = INITIALIZERS[keys[0]]
        bias = "np.zeros((n_out, 1))"
        if entry.uses_sigma_b:
            bias = f"rng.normal(0.0, {c.sigma_b}, (n_out, 1))"
        lines = [
            f"rng = np.random.default_rng([{c.seed}, 1])",
            *([f"sigma_w = {c.sigma_w}"] * entry.uses_sigma_w),
            "W, b = [], []",
            "def draw(fan_out, fan_in):",
            *indented(entry.plain), "    return W",
            "for n_in, n_out in zip(sizes, sizes[1:]):",
            f"    W, b = [*W, draw(n_out, n_in)], [*b, {bias}]",
        ]  # fmt: skip
        if c.dtype == "float32":
            lines.append("W, b = [[p.astype(X.dtype) for p in part] for part in (W, b)]")
        return lines

    def functions(self) -> list[str]:
        return [
            "# g(Z), and its derivative from Z and A = g(Z), of each hidden layer.",
            "activate = " + self._each([f"lambda Z: {g.plain}" for g in self.activations]),
            "derive = " + self._each([f"lambda Z, A: {g.plain_slope}" for g in self.activations]),
            "", "def cost(Z, Y):", f"    return np.mean({self.loss.plain})", "",
            "def slope(Z, Y):", f"    return {self.loss.plain_delta}",
        ]  # fmt: skip

    def _each(self, functions: list[str]) -> str:
        alike = len(set(functions)) == 1
        return f"[{functions[0]}] * (L - 1)" if alike else f"[{', '.join(functions)}]"

    def forward(self) -> list[str]:
        body = ["    A, kept = X, []", "    for l in range(L - 1):", "        U = W[l] @ A + b[l]"]
        if self.norm:
            body += [
                "        (running_mean, running_var), m = running[l], X.shape[1]",
                "        mean, var, gamma, beta = running_mean, running_var, gammas[l], betas[l]",
                "        if train and m > 1:",
                "            mean, var = U.mean(1, keepdims=True), U.var(1, keepdims=True)",
                *indented(PLAIN_RUNNING, 3), *indented(PLAIN_FORWARD, 2),
            ]  # fmt: skip
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
            "    dW, db, dgammas, dbetas = ([None] * L for _ in range(4))",
            "    m, delta = X.shape[1], slope(Z, Y) / X.shape[1]",
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
                "        gamma = gammas[l]", *indented(PLAIN_BACKWARD, 2),
                "        dgammas[l], dbetas[l] = dgamma, dbeta",
            ]  # fmt: skip
        carried = " + (back if residual[l] else 0)" if any(self.residual) else ""
        body += [
            "        dW[l], db[l] = delta @ A.T, delta.sum(1, keepdims=True)",
            f"        back = W[l].T @ delta{carried}",
        ]
        body.append("    return dW + db" + (" + dgammas[:-1] + dbetas[:-1]" if norm else ""))
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
            "", "def dropout_masks(t, batch, m):",
            "    # Drawn for many steps at once, each as for a whole batch.",
            "    size, share = sum(n + 1 for n in sizes[1:-1]) * batch, S['dropout']",
            f"    steps = max(1, {ELEMENTS_A_BLOCK} // size)",
            f"    rng = np.random.default_rng([{self.config.seed}, {DROPOUT_STREAM}, t // steps])",
            *indented(MASKS),
            "    mask, ends = masks[t % steps], np.cumsum([(n + 1) * m for n in sizes[1:-1]])",
            "    parts = np.split(mask.astype(X.dtype), ends)",
            "    return [p.reshape(n + 1, m)[:-1] for p, n in zip(parts, sizes[1:-1])]",
        ]  # fmt: skip

    def update(self) -> list[str]:
        """Return the function of one update, with the optimiser's own numbers before it."""
        names = "".join(f", {name}" for name in self.optimizer.memory)
        uses = self.optimizer.uses
        values = ", ".join(repr(getattr(self.config, name)) for name in uses)
        return [
            *([f"{', '.join(uses)} = {values}"] if uses else []),
            f"def update(t, p, g, rate{names}):  # t = 1, 2, ...",
            *indented(self.optimizer.plain),
        ]

    def loop(self, every: int) -> list[str]:
        lines = [f"S = { {name: getattr(self.config, name) for name in self.settings} }"]
        if self.run.changes:
            lines.append(f"changes = {[(k.step, k.field, k.value) for k in self.run.changes]}")
        count = len(self.optimizer.memory)
        lines.append(f"memory = [[0 * p for _ in range({count})] for p in parameters]")
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
        lines += [f"    grads = gradients(X[:, batch], Y[:, batch]{masks})", *self._step()]
        return [
            *lines,
            "    position += 1",
            "    if position * size >= M:",
            "        epoch, position = epoch + 1, 0",
        ]

    def _moments(self) -> list[str]:
        return [
            f"# The running moments begin with those of the first {STARTING_EXAMPLES} examples.",
            "for l in range(L - 1):",
            f"    found = forward(X[:, :{STARTING_EXAMPLES}], True)[2]",
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

    def _step(self) -> list[str]:
        """Return the lines that make an update of the gradient."""
        has, decoupled = self.settings, self.optimizer.decoupled
        lines = ["    rate = S['learning_rate']"]
        if "clip_value" in has:
            lines = ["    rate, top = S['learning_rate'], S['clip_value'] or np.inf"]
        if "schedule" in has:
            table = ", ".join(
                f"'{key}': lambda t, T, decay: {SCHEDULES[key].plain}"
                for key in sorted(set(self.values("schedule")))
            )
            chosen = "[S['schedule']](t, S['schedule_steps'], S['schedule_decay'])"
            lines.append(f"    rate *= {{{table}}}{chosen}")
        penalties = [("l2", "S['l2'] * W[l]")] if not decoupled else []
        penalties += [("l1", "S['l1'] * np.sign(W[l])")]
        terms = [text for name, text in penalties if name in has]
        if terms:
            lines += [
                "    for l in range(L):  # biases are free",
                f"        grads[l] = grads[l] + {' + '.join(terms)}",
            ]
        if "clip_value" in has:
            lines.append("    grads = [np.clip(g, -top, top) for g in grads]")
        if "clip_norm" in has:
            lines += [
                "    norm = np.sqrt(sum(np.sum(g**2) for g in grads))",
                "    if S['clip_norm'] and norm > S['clip_norm']:",
                "        grads = [g * (S['clip_norm'] / norm) for g in grads]",
            ]
        if decoupled and "l2" in has:
            lines += ["    for l in range(L):", "        W[l] -= rate * S['l2'] * W[l]"]
        return [
            *lines,
            "    for p, g, own in zip(parameters, grads, memory):",
            "        update(t + 1, p, g, rate, *own)",
        ]


def indented(plain: str, depth: int = 1) -> list[str]:
    """Return the lines of a part's plain NumPy, so many levels deep."""
    return [depth * "    " + line for line in plain.splitlines()]


def packed(A: Array) -> str:
    """Return the expression unpack(b"...", *shape) that stands for an array."""
    data = zlib.compress(np.ascontiguousarray(A, "<f8").tobytes(), 9)
    shape = "".join(f", {n}" for n in A.shape)
    return f"unpack({base64.b85encode(data)!r}{shape})"
