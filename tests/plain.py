"""The plain NumPy of an entry, evaluated."""

import numpy as np
from scipy.special import erf


def plain(text, **names):
    """Return what an expression comes to, with these names."""
    return eval(text, {"np": np, "erf": erf, **names})


def ran(text, **names):
    """Return all names after lines of plain NumPy have run with these; arrays change in place."""
    space = {"np": np, "erf": erf, **names}
    exec(text, space)
    return space
