"""Runs as values: any slicing gives the same bits, changes and replays, divergence as data."""

import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from calls import advance_there
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import distance, flat, problem, start_random
from scipy.special import expit

import dnn
from dnn.config import FIELDS, LIVE_FIELDS
from dnn.engine.batches import Batches
from dnn.engine.trainer import LIMIT
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import SCHEDULES
from dnn.run.history import COLUMNS
from lab.live.executors import InlineExecutor, WorkerPool
from lab.teaching.presets import PRESETS

M = 23
DATA = {loss: problem(loss, m=M) for loss in ("logistic", "softmax", "squared_error")}
INLINE = InlineExecutor()


@pytest.fixture(scope="module")
def pool():
    pool = WorkerPool(1)
    yield pool
    pool.shutdown()


def same(a, b):
    """Return whether two Runs are equal bit for bit."""
    return (
        a.config == b.config
        and (a.step, a.epoch, a.position) == (b.step, b.epoch, b.position)
        and a.parameters.tobytes() == b.parameters.tobytes()
        and a.state.tobytes() == b.state.tobytes()
        and a.running.tobytes() == b.running.tobytes()
        and a.changes == b.changes
        and repr(a.diverged) == repr(b.diverged)
    )


def same_records(a, b):
    return len(a) == len(b) and all(
        np.array_equal(getattr(r, name), getattr(s, name), equal_nan=True)
        for r, s in zip(a, b, strict=True)
        for name in COLUMNS
    )


# --- slicing -------------------------------------------------------------------------------------

#: The full batch, mini-batches that divide the 23 examples and that do not, single examples.
batch_sizes = st.sampled_from([None, 1, 4, 11, 22, 23, 50])


#: What can change while a run goes on; off, and so strong that it bites.
LIVE_VALUES = {
    "learning_rate": st.sampled_from([1e-4, 0.02, 0.3]),
    "batch_size": batch_sizes,
    "schedule": st.sampled_from(list(SCHEDULES)),
    "schedule_steps": st.sampled_from([1, 7, 40]),
    "schedule_decay": st.sampled_from([0.01, 0.9]),
    "l1": st.sampled_from([0.0, 0.01]),
    "l2": st.sampled_from([0.0, 0.01, 0.5]),
    "dropout": st.sampled_from([0.0, 0.2, 0.9]),
    "clip_norm": st.sampled_from([0.0, 0.01, 3.0]),
    "clip_value": st.sampled_from([0.0, 0.01, 1.0]),
}


def test_every_live_field_is_changed_here():
    assert set(LIVE_VALUES) == set(LIVE_FIELDS)


def changes():
    """One live change, or several at one moment."""
    names = st.lists(st.sampled_from(sorted(LIVE_VALUES)), min_size=1, max_size=3, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({n: LIVE_VALUES[n] for n in chosen}))


@st.composite
def stories(draw):
    """A Config, its data, and what happens: (change or None, cuts of the steps that follow)."""
    loss, normalised = draw(st.sampled_from(sorted(DATA))), draw(st.booleans())
    drawn = {n: draw(LIVE_VALUES[n]) for n in sorted(LIVE_VALUES) if n != "learning_rate"}
    config = dnn.Config(
        hidden=draw(st.sampled_from([(), (4,), (5, 3), (4, 4, 4)])),
        activation=draw(st.sampled_from(["tanh", "relu", "gelu"])),
        batch_norm=normalised,
        residual=draw(st.booleans()),
        branch_scale=draw(st.sampled_from([1.0, 0.5])),
        loss=loss,
        optimizer=draw(st.sampled_from(sorted(OPTIMIZERS))),
        learning_rate=draw(st.sampled_from([1e-3, 0.05, 20.0])),
        seed=draw(st.integers(0, 3)),
        dtype=draw(st.sampled_from(["float64", "float32"])),
        **_allowed(normalised, drawn),
    )
    cuts = st.lists(st.integers(0, 40), min_size=1, max_size=5)
    parts = draw(st.lists(st.tuples(st.none() | changes(), cuts), min_size=1, max_size=3))
    parts = [(made and _allowed(normalised, made), cut) for made, cut in parts]
    return config, DATA[loss], parts


def _allowed(normalised, fields):
    """Return the fields without what batch normalisation refuses."""
    return {**fields, "batch_size": 4} if normalised and fields.get("batch_size") == 1 else fields


watches = st.none() | st.integers(1, 30).map(lambda every: dnn.Watch(every=every))


def check_slicing(story, watch, executor):
    config, data, parts = story
    whole = cut = dnn.start(config, data)
    for made, cuts in parts:
        if made:
            whole, cut = dnn.change(whole, **made), dnn.change(cut, **made)
        whole, _ = dnn.advance(whole, sum(cuts))
        for steps in cuts:
            cut, _ = executor.submit(advance_there, cut, data, steps, watch).result(60)
            cut = dnn.attach(cut, data)
    assert same(whole, cut)
    assert same(replace(dnn.replay(whole, whole.step), diverged=whole.diverged), whole)


@settings(max_examples=80, deadline=None)
@given(stories(), watches)
def test_any_slicing_gives_the_same_bits(story, watch):
    check_slicing(story, watch, INLINE)


@settings(max_examples=15, deadline=None)
@given(story=stories(), watch=watches)
def test_a_worker_process_gives_the_same_bits(pool, story, watch):
    check_slicing(story, watch, pool)


@settings(max_examples=30, deadline=None)
@given(stories(), st.integers(1, 20))
def test_any_slicing_gives_the_same_records(story, every):
    config, data, parts = story
    watch = dnn.Watch(every=every)
    steps = [s for _, cuts in parts for s in cuts]
    whole, expected = dnn.advance(dnn.start(config, data), sum(steps), watch)
    run, got = dnn.start(config, data), []
    for n in steps:
        run, records = dnn.advance(run, n, watch)
        got += records
    assert same(whole, run)
    assert same_records(expected, got)
    due = list(range(every, whole.step + 1, every))
    if config.batch_norm:  # by the running moments a cost can be out of range, and is left out then
        assert {r.step for r in got} <= set(due)
    else:
        assert [r.step for r in got] == due[: len(got)]


def test_a_change_that_is_taken_back_at_the_same_step_is_replayed():
    run = dnn.start(dnn.Config(dataset="circle", samples=60, hidden=(3,), clip_norm=1.0))
    run = dnn.change(dnn.change(run, clip_norm=0.5), clip_norm=1.0)
    assert dnn.replay(run, 0).changes == run.changes
    later, _ = dnn.advance(run, 5)
    assert same(dnn.replay(later, 5), later)


ALL_ON = dnn.Config(
    hidden=(4, 4, 4),
    batch_norm=True,
    residual=True,
    branch_scale=0.5,
    dropout=0.3,
    l1=0.01,
    l2=0.1,
    clip_norm=1.0,
    clip_value=0.5,
    schedule="exponential",
    schedule_steps=10,
    batch_size=5,
)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_everything_at_once_gives_the_same_bits_in_any_slicing(optimizer, schedule):
    config = replace(ALL_ON, optimizer=optimizer, schedule=schedule)
    whole = run = dnn.start(config, DATA["softmax"])
    for made, cuts in ((None, [1, 12, 3]), ({"dropout": 0.0, "batch_size": 7}, [9, 2])):
        if made:
            whole, run = dnn.change(whole, **made), dnn.change(run, **made)
        whole, _ = dnn.advance(whole, sum(cuts))
        for steps in cuts:
            copy = dnn.attach(pickle.loads(pickle.dumps(run)), DATA["softmax"])
            run, _ = dnn.advance(copy, steps, dnn.Watch(2))
    assert same(whole, run)
    assert same(dnn.replay(run, 27), whole)
    assert run.diverged is None


def test_a_slice_ends_where_until_says():
    run = dnn.start(dnn.Config())
    answers = iter([False, False, True])
    ended, records = dnn.advance(run, 1000, dnn.Watch(10), lambda: next(answers), check_every=7)
    assert ended.step == 17, "asked after 7 steps, after 10 (a record) and after 17"
    assert [r.step for r in records] == [10]
    assert same(ended, dnn.advance(run, 17)[0])


def test_no_steps_change_nothing():
    run = dnn.start(dnn.Config())
    assert dnn.advance(run, 0, dnn.Watch(1)) == (run, [])


def test_two_runs_do_not_disturb_each_other():
    config = dnn.Config()
    alone, _ = dnn.advance(dnn.start(config), 60)
    a = dnn.start(config)
    b = dnn.start(config, weights=[(W * 2, b) for W, b in a.weights])
    for _ in range(6):
        a, _ = dnn.advance(a, 10)
        b, _ = dnn.advance(b, 10)
    assert same(a, alone)
    assert not same(b, alone)


# --- a Run as a value ----------------------------------------------------------------------------


def test_arrays_of_a_run_are_read_only():
    run, _ = dnn.advance(dnn.start(dnn.Config()), 3)
    for r in (dnn.start(dnn.Config()), run, pickle.loads(pickle.dumps(run))):
        for array in (
            r.parameters,
            r.initial,
            r.state,
            r.running,
            r.weights[0][0],
            r.weights[0][1],
        ):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 1
    with pytest.raises(FrozenInstanceError):
        run.step = 0


def test_advance_leaves_its_run_alone():
    run, _ = dnn.advance(dnn.start(dnn.Config()), 3)
    before = pickle.dumps(run)
    dnn.advance(run, 20, dnn.Watch(1))
    assert pickle.dumps(run) == before


def test_a_pickled_run_is_small_and_goes_on_identically():
    config = dnn.Config(samples=10_000)
    run, _ = dnn.advance(dnn.start(config), 30)
    text = pickle.dumps(run)
    assert len(text) < 4 * run.parameters.nbytes + 4000
    copy = pickle.loads(text)
    assert copy.data is None
    with pytest.raises(ValueError, match=r"^data: .*attach"):
        dnn.advance(copy, 1)
    assert same(dnn.advance(dnn.attach(copy, run.data), 50)[0], dnn.advance(run, 50)[0])


def test_attach_refuses_other_data():
    run = dnn.start(dnn.Config())
    with pytest.raises(ValueError, match=r"^data: key .* given; the run was made with"):
        dnn.attach(run, dnn.load(dnn.Config(seed=1)))


def test_explicit_data_wins():
    run = dnn.start(dnn.Config(dataset="spiral"), DATA["softmax"])
    assert run.data is DATA["softmax"]
    assert run.layout.sizes == (3, 8, 8, 6, 4, 3)


@pytest.mark.parametrize(
    ("data", "loss", "message"),
    [
        ("softmax", "logistic", "several classes; choose softmax or squared_error"),
        ("squared_error", "logistic", "real values; choose squared_error"),
        ("squared_error", "softmax", "real values; choose squared_error"),
    ],
)
def test_a_loss_that_does_not_fit_the_targets_is_refused(data, loss, message):
    with pytest.raises(
        ValueError, match=f"^loss: '{loss}' can't be used with targets of {message}"
    ):
        dnn.start(dnn.Config(loss=loss), DATA[data])


def test_a_watch_is_checked():
    with pytest.raises(ValueError, match=r"^every: 0 is not allowed"):
        dnn.Watch(0)


# --- live changes --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(FIELDS) - set(LIVE_FIELDS)))
def test_change_refuses_what_needs_a_new_network(name):
    run = dnn.start(dnn.Config())
    with pytest.raises(ValueError, match=f"^{name}: can't change during a run; only .*batch_size"):
        dnn.change(run, **{name: getattr(run.config, name)})


def test_change_refuses_unknown_fields_and_bad_values():
    run = dnn.start(dnn.Config())
    with pytest.raises(ValueError, match=r"^learnig_rate: can't change"):
        dnn.change(run, learnig_rate=1)
    with pytest.raises(ValueError, match=r"^learning_rate: -1 is not allowed"):
        dnn.change(run, learning_rate=-1)


def test_a_change_is_remembered():
    run, _ = dnn.advance(dnn.start(dnn.Config()), 5)
    changed = dnn.change(run, learning_rate=0.5, l2=0.1)
    assert changed.changes == (
        dnn.Change(5, "learning_rate", 0.5),
        dnn.Change(5, "l2", 0.1),
    )
    assert (changed.config.learning_rate, changed.origin) == (0.5, run.config)
    assert run.changes == (), "the run before is unchanged"
    assert dnn.change(changed, l2=0.1).changes == changed.changes, "no change, no mark"
    assert (changed.parameters == run.parameters).all()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("learning_rate", 0.3),
        ("batch_size", 7),
        ("schedule", "warmup"),
        ("schedule_steps", 3),
        ("schedule_decay", 0.1),
        ("l1", 0.3),
        ("l2", 0.3),
        ("dropout", 0.5),
        ("clip_norm", 0.01),
        ("clip_value", 0.001),
    ],
)
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_change_takes_effect_with_the_next_step(field, value, optimizer):
    """The same as if the run had started with it, though another is compiled already."""
    config = replace(ALL_ON, optimizer=optimizer)
    as_it_was, _ = dnn.advance(dnn.start(config, DATA["softmax"]), 5)
    changed = dnn.change(dnn.start(config, DATA["softmax"]), **{field: value})
    changed, _ = dnn.advance(changed, 5)
    fresh, _ = dnn.advance(dnn.start(replace(config, **{field: value}), DATA["softmax"]), 5)
    assert changed.parameters.tobytes() == fresh.parameters.tobytes()
    assert changed.parameters.tobytes() != as_it_was.parameters.tobytes()
    assert [c.field for c in changed.changes] == [field]


def test_a_new_batch_size_starts_an_epoch():
    run, _ = dnn.advance(dnn.start(dnn.Config(batch_size=4), DATA["logistic"]), 8)
    assert (run.epoch, run.position) == (1, 2)
    changed = dnn.change(run, batch_size=11)
    assert (changed.epoch, changed.position) == (2, 0)
    assert (dnn.advance(changed, 3)[0].epoch, dnn.change(run, l2=1.0).epoch) == (3, 1)
    at_the_start, _ = dnn.advance(run, 4)
    assert dnn.change(at_the_start, batch_size=11).epoch == at_the_start.epoch == 2


def test_replay_to_any_step():
    run, _ = dnn.advance(dnn.start(dnn.Config(batch_size=32)), 40)
    early = run
    run, _ = dnn.advance(dnn.change(run, learning_rate=0.1, batch_size=7), 25)
    middle = run
    run, _ = dnn.advance(dnn.change(run, l2=0.2), 30)
    assert same(dnn.replay(run, 95), run)
    assert same(dnn.replay(run, 64), dnn.replay(middle, 64))
    assert same(dnn.replay(run, 39), dnn.replay(early, 39))
    assert same(dnn.replay(run, 120), dnn.advance(run, 25)[0])
    assert (dnn.replay(run, 0).parameters == run.initial).all()


# --- epochs --------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.none() | st.integers(1, 50), st.integers(0, 5), st.integers(0, 2000))
def test_each_epoch_takes_every_example_once(m, batch_size, seed, epoch):
    X = np.arange(m, dtype=float)[None]
    batches = Batches(X, -X, batch_size, seed, np.dtype(float))
    views = list(batches.of(epoch, 0, batches.per_epoch))
    assert len(views) == batches.per_epoch
    sizes = [rows.shape[0] for _, rows, _ in views]
    assert sizes[:-1] == [batches.size] * (len(sizes) - 1)
    assert sizes[-1] == (batches.remainder or batches.size)
    for X_, rows, T in views:
        assert (X_[0] == rows[:, 0]).all()
        assert (T[0] == -X_[0]).all(), "targets go with their examples"
        assert (X_[1] == 1).all()
    assert sorted(x for X_, _, _ in views for x in X_[0]) == X[0].tolist()


def order(batches, epoch):
    return [x for X, _, _ in batches.of(epoch, 0, batches.per_epoch) for x in X[0].tolist()]


def test_orders_differ_between_epochs_and_seeds_only():
    X = np.arange(3000.0)[None]
    epochs = [0, 1, 4, 5, 6, 99]  # 16384 examples are drawn at once: five epochs

    def orders(seed, batch_size=10):
        batches = Batches(X, X, batch_size, seed, np.dtype(float))
        return [order(batches, e) for e in epochs]

    first = orders(0)
    assert orders(0) == first
    assert orders(0, batch_size=7) == first
    assert all(a != b for i, a in enumerate(first) for b in first[:i])
    assert all(a != b for a, b in zip(first, orders(1), strict=True))
    shifted = Batches(X, X, 10, 0, np.dtype(float))
    assert [order(shifted, e) for e in reversed(epochs)] == first[::-1], "asked for in any order"


@pytest.mark.parametrize("batch_size", [1, 7, 10, 40])
def test_batches_gathered_one_by_one_are_the_same(batch_size, monkeypatch):
    X = np.random.default_rng(0).normal(size=(3, 40))
    at_once = Batches(X, -X, batch_size, 0, np.dtype(float))
    monkeypatch.setattr("dnn.engine.batches.GATHERED_AT_ONCE", 0)
    large = Batches(X, -X, batch_size, 0, np.dtype(float))
    assert (at_once.one_by_one, large.one_by_one) == (False, batch_size < 40)
    last = large.per_epoch
    for epoch in (0, 1, 500, 1):
        for first, end in ((0, last), (last // 2, last), (0, 1)):
            count = 0
            for a, b in zip(
                large.of(epoch, first, end), at_once.of(epoch, first, end), strict=True
            ):
                assert all((u == v).all() for u, v in zip(a, b, strict=True))
                count += 1
            assert count == end - first


def test_the_full_batch_keeps_the_order():
    X = np.arange(6.0)[None]
    assert order(Batches(X, X, None, 0, np.dtype(float)), 3) == X[0].tolist()


# --- against a naive implementation --------------------------------------------------------------


def naive_training(weights, batches, rate, mu=0.0, l2=0.0):
    """Train a tanh network with a sigmoid output: a list of layers, fresh arrays, Ng's notation."""
    Ws, bs = [W.copy() for W, _ in weights], [b.copy() for _, b in weights]
    V = [(np.zeros_like(W), np.zeros_like(b)) for W, b in weights]
    for X, Y in batches:
        m, L = X.shape[1], len(Ws)
        A = [X]
        for W, b in zip(Ws[:-1], bs[:-1], strict=True):
            A.append(np.tanh(W @ A[-1] + b))
        A.append(expit(Ws[-1] @ A[-1] + bs[-1]))
        dZ = A[-1] - Y
        grads = [None] * L
        for l in reversed(range(L)):
            grads[l] = (dZ @ A[l].T / m + l2 * Ws[l], dZ.sum(axis=1, keepdims=True) / m)
            dZ = (Ws[l].T @ dZ) * (1 - A[l] ** 2)
        for l, (dW, db) in enumerate(grads):
            V[l] = (mu * V[l][0] + dW, mu * V[l][1] + db)
            Ws[l], bs[l] = Ws[l] - rate * V[l][0], bs[l] - rate * V[l][1]
    return list(zip(Ws, bs, strict=True))


def test_full_batch_gradient_descent_is_the_textbooks():
    config = dnn.Config(hidden=(6, 5, 4), optimizer="sgd", learning_rate=0.3, batch_size=None)
    data = DATA["logistic"]
    run = start_random(config, data)
    expected = naive_training(run.weights, [(data.X_train, data.Y_train)] * 50, 0.3)
    after, _ = dnn.advance(run, 50)
    assert distance(flat(after.weights), flat(expected)) < 1e-10
    assert distance(flat(after.weights), flat(run.weights)) > 0.1


def test_mini_batch_momentum_is_the_textbooks():
    config = dnn.Config(
        hidden=(6, 5), optimizer="momentum", learning_rate=0.1, momentum=0.9, batch_size=5, l2=0.02
    )
    data = DATA["logistic"]
    run = start_random(config, data)
    order = Batches(data.X_train, data.Y_train, 5, config.seed, np.dtype(float))
    taken = []
    while len(taken) < 50:
        views = order.of(len(taken) // 5, 0, order.per_epoch)
        taken += [(X[:-1].copy(), T.copy()) for X, _, T in views]
    expected = naive_training(run.weights, taken, 0.1, mu=0.9, l2=0.02)
    after, _ = dnn.advance(run, 50)
    assert distance(flat(after.weights), flat(expected)) < 1e-10


# --- divergence ----------------------------------------------------------------------------------

EXPLODING = PRESETS["exploding"].config


def test_divergence_is_found_and_the_last_finite_state_kept():
    run, records = dnn.advance(dnn.start(EXPLODING), 100, dnn.Watch(1))
    found = run.diverged
    assert found is not None
    assert found.step == run.step + 1 <= 100
    assert 1 <= found.layer <= len(run.weights)
    assert found.quantity in ("pre-activation", "gradient", "weight", "cost")
    assert not found.value <= LIMIT
    assert np.isfinite(run.parameters).all()
    assert np.abs(run.parameters).max() <= LIMIT
    assert same(replace(run, diverged=None), dnn.advance(dnn.start(EXPLODING), run.step)[0])
    assert [r.step for r in records] == list(range(1, len(records) + 1))
    assert len(records) <= run.step
    assert all(np.isfinite([r.train_cost, r.test_cost]).all() for r in records)
    assert dnn.advance(run, 10, dnn.Watch(1)) == (run, []), "it has stopped itself"


@pytest.mark.parametrize("cuts", [[100], [1] * 100, [3] * 40, [2, 50, 50]])
def test_divergence_is_the_same_in_any_slicing(cuts):
    whole, expected = dnn.advance(dnn.start(EXPLODING), 1000, dnn.Watch(1))
    run, records = dnn.start(EXPLODING), []
    for steps in cuts:
        run, new = dnn.advance(run, steps, dnn.Watch(1))
        records += new
    assert same(run, whole)
    assert same_records(records, expected)


def regression(seed, **fields):
    """A deep network for two inputs whose cost can leave the range and come back."""
    X = np.random.default_rng(seed).normal(size=(2, 60))
    config = dnn.Config(
        hidden=(16,) * 6, activation="relu", initializer="normal", seed=seed, **fields
    )
    return dnn.start(replace(config, batch_size=None), dnn.Dataset(X, X.sum(0), target="real"))


@pytest.mark.parametrize(
    "fields",
    [
        {"sigma_w": 2.0, "learning_rate": 1.0, "optimizer": "adam"},
        {"sigma_w": 1.0, "learning_rate": 0.03, "optimizer": "sgd"},
        {"sigma_w": 2.0, "learning_rate": 1.0, "optimizer": "sgd"},
    ],
)
def test_a_passing_excursion_counts_in_any_slicing(fields):
    # With a rate of 1 the output can jump beyond the limit and return within a few steps.
    diverged = 0
    for seed in range(8):
        start = regression(seed, **fields)
        whole, _ = dnn.advance(start, 60)
        run = start
        for _ in range(60):
            run, _ = dnn.advance(run, 1)
        assert same(run, whole)
        diverged += run.diverged is not None
    assert diverged


def test_the_divergence_names_what_left_the_range_first():
    # One weight of 1e8 in layer 1 and one in layer 2: the product is beyond 1e12 in layer 2.
    data = DATA["squared_error"]
    config = dnn.Config(hidden=(2, 2), activation="linear", optimizer="sgd", batch_size=None)
    run = start_random(config, data)
    weights = [(W.copy(), b.copy()) for W, b in run.weights]
    weights[0][0][0, 0] = weights[1][0][0, 0] = 1e8
    run, _ = dnn.advance(dnn.start(config, data, weights), 5)
    assert (run.step, run.diverged.step, run.diverged.layer) == (0, 1, 2)
    assert run.diverged.quantity == "pre-activation"
    weights[1][0][:], weights[2][0][:] = 0.0, 1e10
    run, _ = dnn.advance(dnn.start(config, data, weights), 5)
    assert (run.step, run.diverged.quantity) == (0, "gradient")


def test_records_hold_no_cost_beyond_the_range():
    # The first step leaves parameters in range whose cost is not: the second would find it.
    for seed in range(20):
        start = regression(seed, sigma_w=0.8, learning_rate=0.3, optimizer="sgd")
        for steps in (1, 2, 3, 10):
            _, records = dnn.advance(start, steps, dnn.Watch(1))
            assert all(abs(r.train_cost) <= LIMIT for r in records)
