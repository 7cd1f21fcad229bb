"""How often a run is recorded at full speed: no more than its records are worth of its time."""

from __future__ import annotations

from dataclasses import replace

from dnn.config import Config
from lab.live.executors import InlineExecutor
from lab.live.session.loop import Loop
from lab.view import View

#: Records of a slice of a quarter of a second, of which a record takes next to nothing.
SMALL = Config(dataset="circle", samples=60, hidden=(4,))


class Costly(InlineExecutor):
    """Says of each slice that the record of its last step took so many seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

    def submit(self, fn, /, *args):
        return super().submit(lambda: replace(fn(*args), recording=self.seconds))


def recorded(executor):
    """Return how many records there are of the fifth slice at full speed, and the loop."""
    loop = Loop(executor, SMALL, View(), playing=True)
    loop.set_speed("full")
    for _ in range(4):
        loop.tick()
    step = loop.state.run.step
    loop.tick()
    assert loop.state.run.step > step + 100
    return int((loop.state.history["step"] > step).sum()), loop


def test_a_record_that_costs_little_is_made_often():
    assert recorded(Costly(1e-6))[0] >= 4


def test_records_that_cost_much_are_few():
    # Every ten times half a second, so that one lies within a slice at most; the last step has one.
    assert recorded(Costly(0.5))[0] <= 2


def test_a_worker_says_what_a_record_took():
    _, loop = recorded(InlineExecutor())
    assert 0 < loop.state.recording < 0.25


def test_another_network_is_asked_anew():
    _, loop = recorded(Costly(0.5))
    loop.reset(replace(SMALL, hidden=(5,)))
    assert loop.state.recording == 0.0
