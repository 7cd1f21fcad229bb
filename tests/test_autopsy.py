"""The autopsy of a run that diverged, against a loop written out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from charts import check, plain, texts

import dnn
from dnn.engine.trainer import LIMIT
from lab.analysis.diagnosis.autopsy import QUANTITIES, STEPS, autopsy
from lab.figures import autopsy as figure
from lab.figures import autopsy_figure, autopsy_sentence
from lab.teaching.presets import PRESETS

#: Each diverges: too high a rate (at once, and slowly), a penalty that overshoots, a deep ReLU
#: network, and one whose float32 overflows on its way.
CASES = {
    "high rate": dnn.Config(
        dataset="reg_plane", hidden=(8, 8), optimizer="sgd", learning_rate=3.0, samples=100
    ),
    "slowly": dnn.Config(
        dataset="reg_plane", hidden=(), optimizer="sgd", learning_rate=2.05, batch_size=None
    ),
    "penalty": dnn.Config(
        dataset="circle", hidden=(8,), optimizer="sgd", learning_rate=0.3, l2=10.0, samples=100
    ),
    "deep relu": PRESETS["exploding"].config,
    "momentum": dnn.Config(
        dataset="reg_plane", hidden=(6,), activation="linear", optimizer="momentum",
        learning_rate=1.0, samples=100, seed=3,
    ),
    "float32": dnn.Config(
        dataset="circle", hidden=(16,) * 12, activation="relu", initializer="normal", sigma_w=1.0,
        optimizer="sgd", learning_rate=0.3, dtype="float32",
    ),
}  # fmt: skip


def diverged(config, steps=3000):
    run, _ = dnn.advance(dnn.start(config), steps)
    assert run.diverged is not None
    return run


@pytest.fixture(scope="module")
def found():
    runs = {name: diverged(config) for name, config in CASES.items()}
    return {name: (run, autopsy(run)) for name, run in runs.items()}


def by_hand(back, steps):
    """Return sizes, costs and parameters of full-batch gradient descent, written out.

    Tanh layers or none, squared error; quantities as lists of the layers' arrays with the bias.
    """
    X, Y, m = back.data.X_train, back.data.Y_train, back.data.m_train
    W, b = ([w[i].astype(float).copy() for w in back.weights] for i in (0, 1))
    L, rate, l2 = len(W), back.config.learning_rate, back.config.l2
    for _ in range(steps):
        A = [X]
        for l in range(L):
            Z = W[l] @ A[l] + b[l]
            A.append(np.tanh(Z) if l < L - 1 else Z)
        D = [np.zeros(0)] * L
        D[-1] = (A[-1] - Y) / m
        for l in range(L - 2, -1, -1):
            D[l] = (W[l + 1].T @ D[l + 1]) * (1 - A[l + 1] ** 2)
        gW = [D[l] @ A[l].T + l2 * W[l] for l in range(L)]
        gb = [D[l].sum(axis=1, keepdims=True) for l in range(L)]
        W = [W[l] - rate * gW[l] for l in range(L)]
        b = [b[l] - rate * gb[l] for l in range(L)]
        joined = [np.concatenate([g.ravel(), c.ravel()]) for g, c in zip(gW, gb, strict=True)]
        yield {
            "activation": A[1:],
            "delta": D,
            "gradient": joined,
            "update": [rate * g for g in joined],
            "parameter": [
                np.concatenate([w.ravel(), c.ravel()]) for w, c in zip(W, b, strict=True)
            ],
            "cost": 0.5 * np.mean(np.sum((A[-1] - Y) ** 2, axis=0)),
        }


@pytest.mark.parametrize(("hidden", "rate", "l2"), [((), 2.05, 0.0), ((5, 4), 4.0, 0.6)])
def test_every_size_is_that_of_a_loop_by_hand(hidden, rate, l2):
    config = dnn.Config(
        dataset="reg_plane", samples=60, hidden=hidden, optimizer="sgd", learning_rate=rate, l2=l2,
        batch_size=None,
    )  # fmt: skip
    run = diverged(config)
    a = autopsy(run)
    assert len(a.steps) >= 8
    for row, made in enumerate(by_hand(a.back, len(a.steps))):
        assert a.cost[row] == pytest.approx(made.pop("cost"), rel=1e-6)
        norm = np.sqrt(sum(np.sum(g**2) for g in made["gradient"]))
        assert a.norm[row] == pytest.approx(norm, rel=1e-6)
        for name, parts in made.items():
            largest = [np.abs(part).max() for part in parts]
            rms = [np.sqrt(np.mean(part**2)) for part in parts]
            np.testing.assert_allclose(a.largest[name][row], largest, rtol=1e-5, atol=1e-9)
            np.testing.assert_allclose(a.rms[name][row], rms, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_the_window_ends_with_the_step_that_broke_and_starts_where_it_goes_back_to(found, name):
    run, a = found[name]
    last = run.diverged.step
    assert a.steps.tolist() == list(range(max(0, last - STEPS) + 1, last + 1))
    assert a.back.step == a.steps[0] - 1
    straight = dnn.start(run.origin)
    for _ in range(a.back.step):
        straight, _ = dnn.advance(straight, 1)
    assert np.array_equal(a.back.parameters, straight.parameters)
    assert np.array_equal(a.back.state, straight.state)
    assert a.back.diverged is None
    for quantity in QUANTITIES:
        assert a.largest[quantity].shape == (len(a.steps), run.layout.layers)
    again, _ = dnn.advance(a.back, STEPS)
    assert again.diverged == run.diverged
    assert np.array_equal(again.parameters, run.parameters)


@pytest.mark.parametrize("name", CASES)
def test_what_broke_is_the_first_beyond_the_limit(found, name):
    run, a = found[name]
    row = a.broke.step - a.steps[0]
    # Training looks at logits and parameters: a gradient may have passed a step before it stops.
    assert 0 <= run.diverged.step - a.broke.step <= (a.broke.quantity == "gradient")
    for quantity in QUANTITIES:
        assert (a.largest[quantity][:row] <= LIMIT).all()
    assert not a.broke.value <= LIMIT
    forward = a.largest["activation"][row]
    if a.broke.quantity in ("activation", "logit"):
        assert (forward[: a.broke.layer - 1] <= LIMIT).all()
        last = a.broke.layer == run.layout.layers
        assert a.broke.quantity == ("logit" if last else "activation")
    else:
        assert (forward <= LIMIT).all()
    assert a.began.step <= a.broke.step


def test_the_layer_and_quantity_are_named(found):
    assert (found["slowly"][1].broke.quantity, found["slowly"][1].broke.layer) == ("cost", 1)
    assert found["penalty"][1].broke.quantity == "gradient"
    deep = found["deep relu"][1].broke
    assert (deep.quantity, deep.layer) == ("activation", found["deep relu"][0].diverged.layer)


def test_on_the_way_back_the_output_comes_first():
    a = autopsy(diverged(replace(CASES["penalty"], seed=2)))
    sizes = a.largest["gradient"][a.broke.step - a.steps[0]]
    assert (sizes > LIMIT).all()
    assert (a.broke.quantity, a.broke.layer, a.broke.value) == ("gradient", 2, sizes[1])


def test_what_took_off_is_ten_times_its_calm_size_and_stays_so(found):
    __, a = found["slowly"]
    values = a.rms["activation"][:, 0]
    row = a.began.step - a.steps[0]
    calm = np.median(values[: len(values) // 2])
    assert a.began.quantity == "logit"
    assert (values[row:] > 10 * calm).all()
    assert values[row - 1] <= 10 * calm


@pytest.mark.parametrize("name", [name for name in CASES if name != "float32"])
def test_going_back_with_each_change_survives(found, name):
    __, a = found[name]
    assert [sorted(offer.fix.fields) for offer in a.offers] == [["clip_norm"], ["learning_rate"]]
    for offer in a.offers:
        assert offer.tried == offer.survived == 200
        again, _ = dnn.advance(dnn.change(a.back, **offer.fix.fields), 200)
        assert again.diverged is None
        assert again.step == a.back.step + 200


def test_where_a_change_does_not_help_the_offer_says_so():
    run = diverged(replace(CASES["float32"], sigma_w=10.0))
    assert run.diverged.step == 1
    a = autopsy(run)
    assert a.began == a.broke
    assert [offer.survived for offer in a.offers] == [0, 0]


def test_clipping_is_at_what_changes_the_parameters_by_a_hundredth(found):
    run, a = found["slowly"]
    clip = a.offers[0].fix.fields["clip_norm"]
    size = np.linalg.norm(a.back.parameters)
    assert clip == pytest.approx(0.01 * size / run.config.learning_rate, rel=0.05)
    assert clip < np.median(a.norm[: a.began.step - a.steps[0]])


@pytest.mark.parametrize(
    "options",
    [{}, {"batch_size": 16}, {"dropout": 0.3}, {"batch_norm": True, "batch_size": 16}],
    ids=["full", "batches", "dropout", "normalised"],
)
def test_it_goes_on_from_a_snapshot_over_changes_made_on_the_way(options):
    config = dnn.Config(
        dataset="reg_plane", samples=90, hidden=(6, 5), activation="relu", optimizer="sgd",
        learning_rate=0.01, **{"batch_size": None, **options},
    )  # fmt: skip
    run, _ = dnn.advance(dnn.start(config), 40)
    run = dnn.edit(run, 1, 0, 0, 2.5)
    run, _ = dnn.advance(run, 10)
    before, _ = dnn.advance(run, 0)
    run, _ = dnn.advance(dnn.change(run, l2=0.01), 5)
    run, _ = dnn.advance(dnn.change(run, learning_rate=100.0, l2=1.0), 500)
    assert 55 < run.diverged.step < 99, "or the snapshot is too late"
    a, b = autopsy(run), autopsy(run, before=dnn.advance(dnn.start(config), 3)[0])
    assert np.array_equal(a.back.parameters, b.back.parameters)
    for quantity in QUANTITIES:
        assert np.array_equal(a.largest[quantity], b.largest[quantity], equal_nan=True)
    # Where there is an update, it is the difference of two states of the uninterrupted run.
    step = run.diverged.step - 1
    one, two = dnn.replay(run, step - 1), dnn.replay(run, step)
    made = two.layout.views(two.parameters - one.parameters)
    row = step - a.steps[0]
    np.testing.assert_allclose(a.largest["update"][row], [np.abs(W).max() for W in made])
    # A step of gradient descent is the rate times the gradient, of its very batch and mask.
    rates = np.where(a.steps <= 55, 0.01, 100.0)[:, None]
    finite = a.largest["update"] < 1e6
    for sizes in (a.largest, a.rms):
        np.testing.assert_allclose(
            sizes["update"][finite], (rates * sizes["gradient"])[finite], rtol=1e-6, atol=1e-12
        )
    assert finite[a.steps <= 55].all()
    with pytest.raises(ValueError, match=r"^before: step 50 is not allowed; it is at most"):
        autopsy(run, before=before)


def test_a_run_that_goes_well_has_none():
    with pytest.raises(ValueError, match=r"^run: it has not diverged"):
        autopsy(dnn.start(dnn.Config()))


def test_one_whose_recomputed_step_does_not_break_is_refused():
    run, _ = dnn.advance(dnn.start(dnn.Config(samples=100)), 5)
    changed = replace(run, diverged=dnn.Divergence(6, 1, "weight", 1e13))
    with pytest.raises(ValueError, match=r"^run: it has been changed since"):
        autopsy(changed)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("quantity", [*QUANTITIES, "cost"])
@pytest.mark.parametrize("name", CASES)
def test_the_figure_holds(found, name, quantity, theme):
    __, a = found[name]
    values = a.cost[:, None] if quantity == "cost" else a.largest[quantity]
    at = "activation" if a.broke.quantity == "logit" else a.broke.quantity
    broke = (a.broke.step, a.broke.layer) if at == quantity else None
    spec = check(
        autopsy_figure(a.steps, values, quantity, theme=theme, began=a.began.step, broke=broke)
    )
    marks = [trace for trace in spec["data"] if trace["name"] == "broke first"]
    assert len(marks) == (broke is not None)
    if marks:
        assert plain(marks[0]["x"]) == [a.broke.step]
    limit = next(s for s in spec["layout"]["shapes"] if s["xref"] == "paper")
    assert limit["y0"] == limit["y1"] == LIMIT
    assert spec["layout"]["yaxis"]["range"][1] > 12
    assert f"took off at step {a.began.step}" in texts(spec)
    assert "limit 10¹²" in texts(spec)


def test_the_figure_says_what_is_no_number():
    values = np.array([[1.0, 0.0], [1e20, np.inf], [np.nan, 1e300]])
    spec = check(autopsy_figure(np.array([7, 8, 9]), values, "gradient", theme="light"))
    assert spec["data"][0]["text"][2] == "not a finite number"
    assert spec["data"][1]["text"][2] == "1.0×10³⁰⁰"
    with pytest.raises(ValueError, match=r"^quantity: 'x' is not known"):
        autopsy_figure(np.array([7]), values[:1], "x", theme="light")


def test_figure_and_run_share_a_limit():
    assert figure.LIMIT == LIMIT


def test_the_sentence(found):
    run, a = found["slowly"]
    assert autopsy_sentence(a.began, a.broke, run.layout.layers) == (
        "At step 64 the cost passed the limit of 10¹² first. From step 37 on the logits were over "
        "10 times their calm size."
    )
    run, a = found["penalty"]
    text = autopsy_sentence(a.began, a.broke, run.layout.layers)
    assert f"largest of the gradients of layer {a.broke.layer} passed" in text
