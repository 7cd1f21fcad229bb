"""Calls of a worker, as tests ask for them: each field goes where it belongs."""

from __future__ import annotations

from dataclasses import fields

from dnn.run.history import History
from lab.frame import answer
from lab.live.request import Display, Measured, Training


def _names(kind):
    return {field.name for field in fields(kind)}


def request(run, history=None, **told):
    """Return (Training, Display) with the fields told, those of Measured among them."""
    measured = {name: told.pop(name) for name in _names(Measured) & told.keys()}
    display = {name: told.pop(name) for name in _names(Display) & told.keys()}
    told["wanted"] = frozenset(told.pop("wanted", ()))
    told.setdefault("data", run.data)
    training = Training(run, history or History(), measured=Measured(**measured), **told)
    return training, Display(**display)


def called(run, history=None, **told):
    """Return the Result of a call in this process."""
    return answer(*request(run, history, **told))
