"""Batch normalisation of one layer, as calls on preallocated buffers.

Source: Ioffe & Szegedy 2015, algorithm 1 and the equations of section 3.
"""

from __future__ import annotations

import numpy as np

from dnn.parts.activations import constant
from dnn.registry import Call

Array = np.ndarray

EPSILON = 1e-5
#: What is kept of the running mean and variance at each step.
KEEP = 0.9

#: The same in plain NumPy, of a batch of m examples: forward from U, gamma, beta and the batch's
#: mean and var; what the running moments become; backward from delta = dJ/dZ to dJ/dU.
PLAIN_FORWARD = f"""\
scale = 1 / np.sqrt(var + {EPSILON})
U = (U - mean) * scale
Z = gamma * U + beta"""
PLAIN_RUNNING = f"""\
running_mean[:] = {KEEP} * running_mean + {1 - KEEP:.1f} * mean
running_var[:] = {KEEP} * running_var + {1 - KEEP:.1f} * var * m / (m - 1)"""
PLAIN_BACKWARD = """\
dgamma, dbeta = np.sum(delta * U, 1, keepdims=True), np.sum(delta, 1, keepdims=True)
if m > 1:  # the moments depend on the examples too
    delta = delta - (U * dgamma + dbeta) / m
delta = delta * gamma * scale"""


class BatchNorm:
    """z = gamma (u - mean) / sqrt(var + EPSILON) + beta, unit by unit.

    U (n, m): in, and the normalised values after forward; Z (n, m): out, may be U itself only if
    backward is not used; V, G (n, 2): [gamma beta] and their gradient; running (2, n): means and
    variances. With batch=True mean and variance are the batch's, and with update=True the running
    ones follow them (the variance without bias); otherwise the running ones are used.
    """

    def __init__(self, U: Array, Z: Array, V: Array, G: Array, running: Array, batch: bool):
        self.U, self.Z, self.G, self.batch = U, Z, G, batch
        self.gamma, self.beta = V[:, :1], V[:, 1:]
        self.running = running[0][:, None], running[1][:, None]
        self.mean, self.var, self.scale = (np.zeros((len(U), 1), U.dtype) for _ in range(3))
        self.work = np.empty_like(U)

    def forward(self, update: bool = False) -> list[Call]:
        """Return the calls that fill Z from U."""
        U, var, calls = self.U, self.var, self._moments()
        if update:
            calls += self._follow()
        return [
            *calls,
            (np.add, (var, constant(EPSILON, U), self.scale)),
            (np.sqrt, (self.scale, self.scale)),
            (np.divide, (constant(1, U), self.scale, self.scale)),
            (np.multiply, (U, self.scale, U)),
            (np.multiply, (U, self.gamma, self.Z)),
            (np.add, (self.Z, self.beta, self.Z)),
        ]

    def _moments(self) -> list[Call]:
        """Return the calls that take the mean off U and fill mean and var."""
        U, mean, var = self.U, self.mean, self.var
        if not self.batch:
            return [
                (np.copyto, (mean, self.running[0])),
                (np.copyto, (var, self.running[1])),
                (np.subtract, (U, mean, U)),
            ]
        share = constant(1 / U.shape[1], U)
        return [
            (np.add.reduce, (U, 1, None, mean, True)),
            (np.multiply, (mean, share, mean)),
            (np.subtract, (U, mean, U)),
            (np.multiply, (U, U, self.work)),
            (np.add.reduce, (self.work, 1, None, var, True)),
            (np.multiply, (var, share, var)),
        ]

    def _follow(self) -> list[Call]:
        """Return the calls that move the running mean and variance towards the batch's."""
        m, t = self.U.shape[1], np.empty_like(self.mean)
        calls: list[Call] = []
        shares = (1 - KEEP, (1 - KEEP) * m / max(1, m - 1))
        for running, new, share in zip(self.running, (self.mean, self.var), shares, strict=True):
            calls += [
                (np.multiply, (running, constant(KEEP, t), running)),
                (np.multiply, (new, constant(share, t), t)),
                (np.add, (running, t, running)),
            ]
        return calls

    def backward(self, delta: Array) -> list[Call]:
        """Return the calls that turn delta, dJ/dz, into dJ/du in place, and fill G."""
        xhat, S, t = self.U, self.work, np.empty_like(self.mean)
        dgamma, dbeta = self.G[:, :1], self.G[:, 1:]
        calls: list[Call] = [
            (np.multiply, (delta, xhat, S)),
            (np.add.reduce, (S, 1, None, dgamma, True)),
            (np.add.reduce, (delta, 1, None, dbeta, True)),
        ]
        if self.batch:
            calls += [
                (np.multiply, (xhat, dgamma, S)),
                (np.add, (S, dbeta, S)),
                (np.multiply, (S, constant(1 / delta.shape[1], S), S)),
                (np.subtract, (delta, S, delta)),
            ]
        return [
            *calls,
            (np.multiply, (self.gamma, self.scale, t)),
            (np.multiply, (delta, t, delta)),
        ]
