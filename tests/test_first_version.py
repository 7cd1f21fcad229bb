"""Files and links made by the first version, before its packages: they open as they did then."""

import hashlib
import json
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

import dnn
from dnn.config import from_query, to_query
from lab.link import changes_from_text, changes_text, step_from_text

FIXTURES = Path(__file__).parent / "fixtures"
THEN = json.loads((FIXTURES / "first_version.json").read_text())


@pytest.mark.parametrize("name", THEN["runs"])
def test_a_saved_run_opens(name):
    run, history = dnn.restore(FIXTURES / name)
    then = THEN["runs"][name]
    parameters = np.ascontiguousarray(run.parameters).tobytes()
    assert hashlib.sha256(parameters).hexdigest() == then["parameters"]
    assert (run.step, run.epoch, run.position) == (then["step"], then["epoch"], then["position"])
    assert changes_text(run.changes) == then["changes"]
    assert to_query(run.origin) == then["query"]
    assert (run.config.learning_rate, run.config.batch_size) == (
        then["learning_rate"], then["batch_size"],
    )  # fmt: skip
    assert len(history) == then["records"]


@pytest.mark.parametrize("name", THEN["runs"])
def test_a_saved_run_goes_on_from_its_start_and_from_its_end(name):
    """Replayed to its step it has the saved parameters, but for rounding elsewhere."""
    run, _ = dnn.restore(FIXTURES / name)
    again = dnn.replay(run, run.step)
    np.testing.assert_allclose(again.parameters, run.parameters, rtol=1e-3, atol=1e-4)
    assert dnn.advance(run, 3)[0].step == run.step + 3


@pytest.mark.parametrize("then", THEN["links"], ids=["moons", "iris"])
def test_a_link_opens(then):
    query = dict(parse_qsl(then["link"]))
    run = dnn.start(from_query(query))
    for made in changes_from_text(query["changes"]):
        run, _ = dnn.advance(run, made.step - run.step)
        run = dnn.applied(run, made)
    run, _ = dnn.advance(run, step_from_text(query["step"]) - run.step)
    assert (run.step, run.epoch, run.position) == (then["step"], then["epoch"], then["position"])
    assert run.layout.size == then["size"]
    fields = {name: getattr(run.config, name) for name in then["fields"]}
    assert json.loads(json.dumps(fields)) == then["fields"]
    cost = dnn.cost(run, run.data.X_train, run.data.Y_train)
    assert cost == pytest.approx(then["train_cost"], rel=1e-4)
