"""One term: what it means in a sentence, as a formula, whence, and where to see it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One term.

    key: its name in a link; label: on screen; sentence: what it means; formula: LaTeX, or "";
    source; where: the address that shows it, relative to the app; names: what else it is called;
    plain: a formula as a registry writes it, where there is no LaTeX; numpy: the same as lines of
    plain NumPy, where a part of the network has them.
    """

    key: str
    label: str
    sentence: str
    formula: str
    source: str
    where: str
    names: tuple[str, ...] = ()
    plain: str = ""
    numpy: str = ""

    @property
    def spoken(self) -> tuple[str, ...]:
        """Everything that it is called."""
        return (self.label, *self.names)
