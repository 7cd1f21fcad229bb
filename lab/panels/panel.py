"""What a panel is, and a bar above the panels: an entry of the tables in lab.panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.live.shown import Shown
from lab.view import View

#: One panel of a message: its words, figure, controls and badges.
Part = dict[str, Any]


def control(view: View, key: str, label: str, **more: Any) -> dict[str, Any]:
    """Return the control of a field of the view; more: its options or range, none for a box."""
    return {"key": key, "label": label, "value": getattr(view, key), **more}


def always(shown: Shown) -> bool:
    """Return True: most panels are on their page whatever is shown."""
    return True


@dataclass(frozen=True)
class Panel:
    """One panel.

    key: its name in a message and in links that hide it; label: what the dialog Share calls it;
    pages: the pages that show it, and where it stands among each one's panels; build: draws it, a
    pure function; applies: whether it is on the page for what is shown; projected: whether a
    projector has room for it; hidden_by: the name that hides it, where that is not its key.
    needs: what has to be measured for it, of lab.live.request.MEASUREMENTS, and of "twin" (a second
    network) and "start" (the signal at step 0, which networks too large to train have too).
    kind: how the browser draws it; span: columns and rows of the page's grid, by
    width of the window, where they are not the usual ones. plain: its words say only what is shown,
    not what came of it, so that they stay while a prediction is awaited. term: what the glossary
    calls it, where that is not its label.
    """

    key: str
    label: str
    pages: Mapping[str, int]
    build: Callable[[Shown], Part]
    applies: Callable[[Shown], bool] = always
    projected: bool = True
    hidden_by: str = ""
    needs: frozenset[str] = frozenset()
    kind: str = "chart"
    span: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    plain: bool = False
    term: str = ""

    @property
    def hide_key(self) -> str:
        """The name that hides it in a link."""
        return self.hidden_by or self.key


@dataclass(frozen=True)
class Bar:
    """A part of the message above the panels, such as the verdict.

    key: its name in a message and in links that hide it; build: makes it, None for nothing;
    needs: as a Panel's.
    """

    key: str
    label: str
    pages: tuple[str, ...]
    build: Callable[[Shown], Any]
    needs: frozenset[str] = frozenset()
