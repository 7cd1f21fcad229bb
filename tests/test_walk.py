"""The walk's numbers: against a loop by hand, the engine's own answers and central differences."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest

import dnn
from dnn.config import Config
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.losses import LOSSES
from dnn.parts.optimizers import OPTIMIZERS
from lab.teaching.glossary import GLOSSARY
from lab.teaching.walk.batch import batch_stages, example_gradients
from lab.teaching.walk.chain import chain_stages, chain_traces
from lab.teaching.walk.example import example_stages
from lab.teaching.walk.matrices import matrix, number, shaped
from lab.teaching.walk.small import small_run
from lab.teaching.walk.source import ROOT, source_lines
from lab.teaching.walk.stage import Passage, coloured, symbol
from lab.teaching.walk.trace import Trace

CONFIGS = [
    Config(),
    Config(dataset="iris", hidden=(6, 6), batch_norm=True, residual=True, activation="gelu"),
    Config(dataset="diabetes", hidden=(4,), activation="relu", optimizer="momentum", l2=0.1),
    Config(dataset="xor", hidden=(), optimizer="sgd", dtype="float32"),
    Config(hidden=(5, 4), dropout=0.5, activation="sigmoid", clip_norm=0.1, schedule="cosine"),
]


def started(config: Config):
    return dnn.advance(dnn.start(config), 3)[0]


def examples(run, m: int):
    return run.data.X_train[:, :m], run.data.Y_train[:, :m]


def all_stages():
    for run in (small_run(), *map(started, CONFIGS)):
        yield from example_stages(Trace(run, *examples(run, 1)))
        yield from batch_stages(Trace(run, *examples(run, 8)))
    yield from chain_stages(*chain_traces())


def test_the_small_network_against_a_loop_by_hand():
    t = Trace(small_run(), *examples(small_run(), 1))
    x = [1.0, -1.0]
    z1 = [0.6 * x[0] - 0.4 * x[1] + 0.1, 0.3 * x[0] + 0.8 * x[1] - 0.2]
    a1 = [math.tanh(z) for z in z1]
    z2 = 0.9 * a1[0] - 0.7 * a1[1] + 0.05
    a2 = 1 / (1 + math.exp(-z2))
    d2 = a2 - 1
    d1 = [w * d2 * (1 - a * a) for w, a in zip((0.9, -0.7), a1, strict=True)]
    first, last = t.layers
    assert first.Z[:, 0] == pytest.approx(z1)
    assert first.A[:, 0] == pytest.approx(a1)
    assert last.A[0, 0] == pytest.approx(a2)
    assert t.cost == pytest.approx(-math.log(a2))
    assert last.delta[0, 0] == pytest.approx(d2)
    assert first.delta[:, 0] == pytest.approx(d1)
    assert last.dW[0] == pytest.approx([d2 * a for a in a1])
    assert first.dW == pytest.approx(np.array([[d * v for v in x] for d in d1]))
    assert first.update[0] == pytest.approx([-0.5 * d1[0] * v for v in (*x, 1.0)])


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c.dataset}-{len(c.hidden)}")
def test_the_numbers_are_the_engines_and_those_of_central_differences(config):
    run = started(config)
    for m in (1, 8):
        X, Y = examples(run, m)
        t = Trace(run, X, Y)
        exact = 1e-12 if config.dtype == "float64" else 1e-5
        assert t.cost == pytest.approx(dnn.cost(run, X, Y), rel=exact)
        assert pytest.approx(dnn.predict(run, X), rel=exact) == t.layers[-1].A
        for layer, (W, _), (dW, db) in zip(
            t.layers, run.weights, dnn.gradients(run, X, Y), strict=True
        ):
            plain = dW - config.l2 * W
            assert layer.dW == pytest.approx(plain, rel=1e-4 if exact > 1e-9 else 1e-9, abs=1e-6)
            assert layer.db == pytest.approx(db, abs=1e-6)
            rows, columns = range(layer.W.shape[0]), range(layer.W.shape[1])
            found = t.differences(layer.l, rows, columns)
            assert found == pytest.approx(layer.dW, abs=1e-8 * max(1.0, abs(found).max()))
            each = example_gradients(t, layer)
            assert each.mean(axis=0) == pytest.approx(layer.dW)
            assert layer.delta @ layer.before.T / m == pytest.approx(layer.dW)
            assert layer.delta.mean(axis=1, keepdims=True) == pytest.approx(layer.db)
            if layer.norm is None:
                assert layer.delta_z == pytest.approx(layer.delta)


def test_an_examples_gradient_in_a_batch_is_its_own():
    run = started(CONFIGS[0])
    t = Trace(run, *examples(run, 5))
    alone = Trace(run, run.data.X_train[:, 3:4], run.data.Y_train[:, 3:4])
    for layer, own in zip(t.layers, alone.layers, strict=True):
        assert example_gradients(t, layer)[3] == pytest.approx(own.dW)


def test_delta_is_each_examples_own_and_the_mean_stands_in_the_formulas():
    run = started(CONFIGS[0])
    stages = {s.key: s for s in batch_stages(Trace(run, *examples(run, 5)))}
    alone = Trace(run, run.data.X_train[:, 3:4], run.data.Y_train[:, 3:4])
    for layer, own in zip(Trace(run, *examples(run, 5)).layers, alone.layers, strict=True):
        assert layer.delta[:, 3] == pytest.approx(own.delta[:, 0])
        assert layer.delta_z[:, 3] == pytest.approx(own.delta_z[:, 0])
        mean = stages[f"mean{layer.l}"].formula
        assert r"\frac{1}{m}\,\layer" in mean
        assert symbol("db", layer.l) in mean
    assert r"\frac" not in stages["batch_delta"].formula.partition(r"\qquad")[2]
    assert r"\partial L" in GLOSSARY["delta"].formula
    assert r"\partial J" not in GLOSSARY["delta"].formula
    assert all(r"\frac1m" in GLOSSARY[key].formula for key in ("dW", "db"))


def test_a_batch_shows_every_layers_values_before_the_cost_and_every_delta():
    run = started(CONFIGS[0])
    keys = [s.key for s in batch_stages(Trace(run, *examples(run, 5)))]
    L = run.layout.layers
    forth = ["columns", *(f"columns{l}" for l in range(2, L + 1)), "batch_delta", f"mean{L}"]
    back = [key for l in range(L - 1, 0, -1) for key in (f"batch_delta{l}", f"mean{l}")]
    assert keys[: 3 * L] == [*forth, *back]


@pytest.mark.parametrize(
    ("unlike", "words"),
    [({"batch_norm": True}, "batch normalisation"), ({"dropout": 0.3}, "dropout"), ({}, "")],
)
def test_where_training_differs_it_is_said_and_no_update_is_shown(unlike, words):
    run = started(Config(dataset="circle", hidden=(3, 3), **unlike))
    for stages in (example_stages, batch_stages):
        found = stages(Trace(run, *examples(run, 4 if stages is batch_stages else 1)))
        updates = [s for s in found if s.part.endswith("update")]
        assert (len(updates) == 1 and words in updates[0].text) if words else len(updates) == 3
        assert bool(words) == (not updates[0].numbers)
        for stage in (s for s in found if s.part == "batch"):
            assert (f"In training {words} would change" in stage.text) == bool(words)


def test_a_residual_layers_lines_have_their_own_names_and_its_scale():
    run = started(Config(dataset="circle", hidden=(2, 2), activation="tanh", residual=True,
                         branch_scale=0.5))  # fmt: skip
    t = Trace(run, *examples(run, 1))
    stages = {s.key: s for s in example_stages(t)}
    a2, g2 = symbol("a", 2), rf"g({symbol('z', 2)})"
    lines = stages["a2"].numbers.split(r"\\[6pt]")
    assert [line.count(f"{a2} &=") for line in lines] == [0, 1]
    assert f"{g2} &=" in lines[0]
    assert rf"\odot s\,g'({symbol('z', 2)})" in stages["delta2"].formula
    assert rf"\odot g'({symbol('z', 1)})" in stages["delta1"].formula
    slope = 1 - t.layers[1].H ** 2
    assert rf"\odot 0.5\,{shaped(slope)}" in stages["delta2"].numbers
    assert t.layers[1].delta_z == pytest.approx(0.5 * slope * t.layers[1].error)


def test_before_batch_normalisation_delta_and_sums_have_names_of_their_own():
    run = started(Config(dataset="circle", hidden=(3, 3), batch_norm=True))
    stages = {s.key: s for s in example_stages(Trace(run, *examples(run, 1)))}
    u = symbol(r"\delta_u", 2)
    assert symbol(r"\delta_u", 2, ",(i)") in stages["db2"].formula
    for key in ("dW2", "delta1"):
        assert u in stages[key].formula
        assert symbol(r"\delta", 2) not in stages[key].formula
    assert symbol(r"\delta", 3) in stages["dW3"].formula
    assert rf"{u} =" in stages["delta2"].formula
    batch = {s.key: s for s in batch_stages(Trace(run, *examples(run, 4)))}
    assert batch["columns"].formula.startswith(symbol("U", 1))
    assert batch["columns3"].formula.startswith(symbol("Z", 3))


def test_the_update_is_the_step_that_the_engine_makes():
    config = Config(dataset="circle", hidden=(3,), batch_size=None, l2=0.01, clip_norm=0.2)
    run = started(config)
    t = Trace(run, run.data.X_train, run.data.Y_train)
    after, _ = dnn.advance(run, 1)
    for layer, (W, b), (W_, b_) in zip(t.layers, run.weights, after.weights, strict=True):
        assert layer.update == pytest.approx(np.hstack([W_ - W, b_ - b]), abs=1e-12)


def test_the_source_is_read_as_it_stands_in_its_file():
    for stage in all_stages():
        for passage in stage.passages:
            lines = source_lines(passage)
            file = (ROOT / lines.path).read_text().split("\n")
            for i, text in enumerate(lines.text):
                assert text == file[lines.first - 1 + i][-len(text) :] if text else True
            assert bool(passage.marked) == bool(lines.marked)
            for number_ in lines.marked:
                assert any(words in file[number_ - 1] for words in passage.marked)


@pytest.mark.parametrize(
    ("family", "registry"),
    [("activation", ACTIVATIONS), ("optimizer", OPTIMIZERS), ("loss", LOSSES)],
)
def test_every_entrys_plain_numpy_stands_beside_its_formula(family, registry):
    """Here and in the glossary, for whatever is registered."""
    data = {"binary": "circle", "classes": "iris", "real": "reg_plane"}
    for key, entry in registry.items():
        kind = getattr(entry, "targets", ("binary",))[0]
        run = dnn.start(Config(dataset=data[kind], hidden=(3,), **{family: key}))
        stages = example_stages(Trace(run, *examples(run, 1)))
        shown = "\n".join(stage.numpy for stage in stages)
        plain = [text for name, text in vars(entry).items() if name.startswith("plain")]
        assert all(plain)
        assert all(text in shown for text in plain), key
        assert GLOSSARY[f"{family}_{key}"].numpy == entry.plain


def test_the_source_of_the_network_is_named_from_the_top_folder():
    paths = {source_lines(p).path for stage in all_stages() for p in stage.passages}
    assert paths
    assert all(path.startswith("dnn/") for path in paths)


def test_words_that_no_line_has_are_a_defect():
    with pytest.raises(ValueError, match="has no line with 'nowhere'"):
        source_lines(Passage(inspect.getsource, ("nowhere",)))


def balanced(latex: str) -> bool:
    pairs = (("{", "}"), (r"\left", r"\right"), (r"\begin", r"\end"))
    text = latex.replace(r"\{", "").replace(r"\}", "").replace(r"\leftarrow", "")
    text = text.replace(r"\rightarrow", "")
    return all(text.count(a) == text.count(b) for a, b in pairs)


def test_every_stage_has_its_words_its_terms_and_formulas_that_close():
    for stage in all_stages():
        assert stage.text.endswith((".", "!"))
        assert stage.terms
        assert set(stage.terms) <= set(GLOSSARY)
        for latex in (stage.formula, stage.numbers):
            assert balanced(latex), (stage.key, latex)
            assert r"\layer" not in coloured(latex, lambda l: "#123456")


def test_the_chains_numbers_are_told_apart_and_follow_by_hand():
    one, _ = chain_traces()
    layer = one.layers[0]
    w, x, b, z, a = (float(v[0, 0]) for v in (layer.W, one.X, layer.b, layer.Z, layer.A))
    assert len({number(abs(v)) for v in (w, x, b, z, a, float(layer.delta[0, 0]))}) == 6
    assert z == pytest.approx(w * x + b)
    stages = {s.key: s for s in chain_stages(*chain_traces())}
    slope = 1 / (1 + math.exp(-z)) - 1
    assert stages["product"].numbers.endswith(f"= {number(slope * x)}")


def test_the_whole_chain_is_the_gradient_and_is_called_so():
    _, two = chain_traces()
    stage = {s.key: s for s in chain_stages(*chain_traces())}["whole"]
    first, last = two.layers
    found = np.diag(first.slope[:, 0]) @ last.W.T @ last.delta @ two.X.T
    assert stage.numbers.endswith(f"= {shaped(found)}")
    dW = symbol("dW", 1)
    assert all(f"{dW} &=" in line for line in stage.formula.split(r"\\[6pt]"))


def test_keys_are_unique_in_each_walk():
    run = small_run()
    one, many = Trace(run, *examples(run, 1)), Trace(run, *examples(run, 4))
    for stages in ([*example_stages(one), *batch_stages(many)], chain_stages(*chain_traces())):
        assert len({stage.key for stage in stages}) == len(stages)


def test_large_matrices_are_shown_by_their_corners():
    latex = matrix(np.arange(100.0).reshape(10, 10))
    assert latex.count(r"\\") == 3
    assert all(part in latex for part in (r"\vdots", r"\cdots", r"\ddots", "99"))
    assert "35" not in latex


@pytest.mark.parametrize(
    ("x", "written"),
    [(0.6, "0.6"), (-0.0752, "-0.0752"), (120.0, "120"), (1e-5, r"1.0{\cdot}10^{-5}"), (0, "0")],
)
def test_numbers_in_latex(x, written):
    assert number(x) == written


def test_a_network_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("lab.teaching.walk.trace.MOST_PARAMETERS", 5)
    with pytest.raises(ValueError, match="9 parameters; up to 5"):
        Trace(small_run(), *examples(small_run(), 1))
