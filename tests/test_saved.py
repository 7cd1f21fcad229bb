"""A run as a file: the same run when it is opened, and one sentence where it can't be."""

import json
import zipfile
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

import dnn
from dnn.files import saved
from dnn.files.saved import ABOUT, ARRAYS
from dnn.parts.optimizers import OPTIMIZERS
from dnn.run.history import COLUMNS, History

SMALL = dnn.Config(dataset="xor", samples=60, hidden=(4, 3), batch_size=8, learning_rate=0.03)
OPTIONS = {
    "float32": {"dtype": "float32"},
    "batch_norm": {"batch_norm": True},
    "dropout": {"dropout": 0.3},
    "residual": {"hidden": (4, 4), "residual": True},
    "cosine": {"schedule": "cosine", "schedule_steps": 40},
    "clipping": {"clip_norm": 0.1, "l1": 0.01, "l2": 0.01},
    "full_batch": {"batch_size": None},
    "activations": {"activation": ("relu", "tanh")},
    "all_of_it": {"batch_norm": True, "dropout": 0.2, "schedule": "step", "l2": 0.1},
}


def midway(config, data=None, steps=13):
    """Return a run in the middle of an epoch, changed and edited on its way, and its history."""
    run = dnn.start(config, data)
    records = []
    for change in ({"learning_rate": 0.1}, {"batch_size": 7}, {"l2": 0.003}):
        run, new = dnn.advance(run, steps, dnn.Watch(2))
        run, records = dnn.change(run, **change), records + new
    run = dnn.edit(dnn.edit(run, 1, 0, 1, 0.1), 2, 0, None, -1.5)
    run, new = dnn.advance(run, 3, dnn.Watch(2))
    return run, History(capacity=20).extend(records + new)


def assert_equal(run, other):
    for name in ARRAYS:
        one, two = getattr(run, name), getattr(other, name)
        assert one.dtype == two.dtype, name
        np.testing.assert_array_equal(one, two, name)
        assert not two.flags.writeable
    for name in ("config", "origin", "data_key", "layout", "step", "epoch", "position", "changes"):
        assert getattr(run, name) == getattr(other, name), name
    assert run.diverged == other.diverged


def assert_goes_on(run, other):
    one, two = dnn.advance(run, 37)[0], dnn.advance(other, 37)[0]
    assert_equal(one, two)
    assert_equal(dnn.replay(one, 20), dnn.replay(two, 20))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_goes_on_with_the_same_bits_under_every_optimiser(optimizer):
    run, history = midway(replace(SMALL, optimizer=optimizer))
    opened = saved.from_bytes(saved.to_bytes(run, history))
    assert run.position, "in the middle of an epoch"
    assert_equal(run, opened.run)
    assert_goes_on(run, opened.run)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_run_goes_on_with_the_same_bits_under_every_option(name):
    run, history = midway(replace(SMALL, **OPTIONS[name]))
    opened = saved.from_bytes(saved.to_bytes(run, history))
    assert_equal(run, opened.run)
    assert_goes_on(run, opened.run)


def test_the_history_is_the_same_and_goes_on():
    run, history = midway(SMALL)
    opened = saved.from_bytes(saved.to_bytes(run, history))
    assert (opened.history.capacity, opened.history.stride) == (20, history.stride)
    for name in COLUMNS:
        assert opened.history[name].dtype == history[name].dtype
        np.testing.assert_array_equal(opened.history[name], history[name], name)
    records = dnn.advance(run, 10, dnn.Watch(1))[1]
    np.testing.assert_array_equal(
        opened.history.extend(records)["train_cost"], history.extend(records)["train_cost"]
    )
    assert len(saved.from_bytes(saved.to_bytes(run)).history) == 0


def given(target="classes", test=True):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(3, 40))
    Y = {"classes": rng.integers(0, 3, 40), "binary": X[0] > 0, "real": X[:1] ** 2}[target]
    Y = np.atleast_2d(Y)
    rest = (X[:, :10], Y[:, :10]) if test else (None, None)
    names = {"classes": ["a", "<b>", "ç"], "binary": ["no", "yes"], "real": None}[target]
    return dnn.Dataset(
        X, Y, *rest, name="mine", feature_names=["p", "q", "r"], class_names=names, target=target
    )


@pytest.mark.parametrize("target", ["classes", "binary", "real"])
@pytest.mark.parametrize("test", [True, False])
def test_data_of_ones_own_travels_by_value(target, test):
    data = given(target, test)
    run, history = midway(SMALL, data)
    opened = saved.from_bytes(saved.to_bytes(run, history)).run
    assert opened.data.key == data.key
    assert opened.data.class_names == data.class_names
    assert_goes_on(run, opened)


def test_a_built_in_set_of_other_settings_travels_by_value_with_its_plane_and_points():
    data = dnn.load(replace(SMALL, samples=50, seed=3, features=("x1", "x2", "x1x2")))
    run, _ = midway(SMALL, data)
    opened = saved.from_bytes(saved.to_bytes(run)).run
    assert opened.data.key == data.key
    np.testing.assert_array_equal(opened.data.points_test, data.points_test)
    np.testing.assert_array_equal(opened.data.plane.axes, data.plane.axes)
    assert opened.data.plane.x_range == data.plane.x_range
    assert_goes_on(run, opened)


def test_a_built_in_set_travels_by_its_hash():
    run, _ = midway(SMALL)
    with zipfile.ZipFile(BytesIO(saved.to_bytes(run))) as file:
        assert not [name for name in file.namelist() if name.startswith("data.")]
        assert json.loads(file.read(ABOUT))["data"] == {"built_in": True, "sha256": run.data_key}


def test_equal_runs_make_equal_files():
    assert saved.to_bytes(*midway(SMALL)) == saved.to_bytes(*midway(SMALL))


def test_a_diverged_run_is_opened_where_it_ended():
    config = replace(SMALL, dataset="reg_gauss", optimizer="sgd", learning_rate=100.0)
    run, records = dnn.advance(dnn.start(config), 500, dnn.Watch(1))
    assert run.diverged
    opened = saved.from_bytes(saved.to_bytes(run, History().extend(records)))
    assert_equal(run, opened.run)
    endless = replace(run, diverged=replace(run.diverged, value=float("inf")))
    assert saved.from_bytes(saved.to_bytes(endless)).run.diverged == endless.diverged


def test_the_file_is_read_with_numpy_alone(tmp_path):
    run, history = midway(replace(SMALL, batch_norm=True))
    dnn.save(tmp_path / "run.npz", run, history)
    file = np.load(tmp_path / "run.npz", allow_pickle=False)
    about = json.loads(file[ABOUT])
    p = file["parameters"]
    blocks = {
        b["name"]: p[b["start"] :][: np.prod(b["shape"])].reshape(b["shape"])
        for b in about["blocks"]
    }
    for l, (W, b) in enumerate(run.weights, 1):
        np.testing.assert_array_equal(blocks[f"layer {l}"], np.hstack([W, b]))
    assert about["step"] == run.step
    assert about["config"]["hidden"] == [4, 3]
    np.testing.assert_array_equal(file["history.step"], history["step"])
    assert_equal(run, dnn.restore(tmp_path / "run.npz").run)


# --- damaged and hostile files -------------------------------------------------------------------


def parts(blob):
    """Return about and the other members of a file, to be changed."""
    with zipfile.ZipFile(BytesIO(blob)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    return json.loads(members.pop(ABOUT)), members


def rebuilt(about, members):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(ABOUT, about if isinstance(about, bytes) else json.dumps(about))
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def array(values, pickled=False):
    out = BytesIO()
    np.lib.format.write_array(out, np.asarray(values), allow_pickle=pickled)
    return out.getvalue()


SOUND = saved.to_bytes(*midway(SMALL))
GIVEN = saved.to_bytes(*midway(SMALL, given()))


def refused(blob, *words):
    with pytest.raises(ValueError, match=r"^[^\n]+$") as error:
        saved.from_bytes(blob)
    text = str(error.value)
    assert "\n" not in text
    assert len(text) < 600
    for word in words:
        assert word in text, text


def put(about, path, value):
    *way, last = path.split(".")
    for key in way:
        about = about[key]
    about[last] = value


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        ("format", "other", "format"),
        ("version", 2, "version"),
        ("config", [], "config"),
        ("config.hidden", [10**6], "hidden"),
        ("config.hidden", [1000] * 99, "hidden"),
        ("config.hidden", [4, 4], "blocks"),
        ("config.samples", 10**9, "samples"),
        ("config.learning_rate", "0.1", "learning_rate"),
        ("config.surprise", 1, "surprise"),
        ("config.seed", 1, "data"),
        ("step", -1, "step"),
        ("step", 1.5, "step"),
        ("step", True, "step"),
        ("step", 10**30, "step"),
        ("step", 3, "changes"),
        ("position", 5, "position"),
        ("epoch", None, "epoch"),
        ("changes", {}, "changes"),
        ("changes", [[1, "learning_rate", 1e9]], "learning_rate"),
        ("changes", [[1, "hidden", [3]]], "hidden"),
        ("changes", [[1, "w9.0.0", 1.0]], "layer"),
        ("changes", [[1, "w1.0.0", 1e300]], "w1.0.0"),
        ("changes", [[1, "w1.0.0", "1"]], "w1.0.0"),
        ("changes", [[2, "l2", 0.1], [1, "l2", 0.2]], "step"),
        ("changes", [[0, "l2", 0.1]] * 60_000, "too many"),
        ("diverged", {}, "diverged"),
        ("diverged", {"step": 1, "layer": 1, "quantity": "x", "value": "1.0"}, "diverged"),
        ("diverged", {"step": 1, "layer": 9, "quantity": "cost", "value": "1.0"}, "layer"),
        ("data", None, "data"),
        ("data.sha256", "0" * 64, "data"),
        ("data.built_in", 1, "built_in"),
        ("data.built_in", False, "data.X_train"),
        ("history.capacity", 10**9, "capacity"),
        ("history.stride", 0, "stride"),
    ],
)
def test_a_wrong_value_is_named(path, value, word):
    about, members = parts(SOUND)
    put(about, path, value)
    refused(rebuilt(about, members), word)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("parameters", array(np.zeros(3)), "parameters"),
        ("parameters", array(np.zeros(31, np.float32)), "float32"),
        ("parameters", array(np.full(31, np.nan)), "finite"),
        ("parameters", array(np.full(31, 1e200)), "finite"),
        ("parameters", array(np.array([print] * 31, object), pickled=True), "pickled"),
        ("parameters", array(np.zeros(31))[:-8], "damaged"),
        ("parameters", b"", "parameters"),
        ("state", array(np.zeros((3, 31))), "state"),
        ("history.step", array(np.zeros(0, np.int64)), "records"),
        ("history.step", array(np.zeros((), np.int64)), "history.step"),
        ("history.step", array(np.arange(10**5)), "records"),
        ("history.delta_rms", array(np.zeros((20, 7))), "history.delta_rms"),
    ],
)
def test_a_wrong_array_is_named(name, content, word):
    about, members = parts(SOUND)
    assert np.prod(about["blocks"][-1]["shape"]) + about["blocks"][-1]["start"] == 31
    members[f"{name}.npy"] = content
    refused(rebuilt(about, members), word)


def test_missing_members_are_named():
    about, members = parts(SOUND)
    for name in members:
        if name != "history.step.npy":  # without it there is no history
            refused(rebuilt(about, {k: v for k, v in members.items() if k != name}), name)
    without = BytesIO()
    np.savez(without, X=np.zeros(3))
    refused(without.getvalue(), ABOUT)


def test_data_that_was_changed_is_refused():
    about, members = parts(GIVEN)
    X = saved.from_bytes(GIVEN).run.data.X_train.copy()
    X[0, 0] += 1e-9
    refused(rebuilt(about, {**members, "data.X_train.npy": array(X)}), "data", "hash")
    refused(rebuilt(about, {**members, "data.X_train.npy": array(X[:, 1:])}), "X_train")
    put(about, "data.class_names", ["a", "b", 3])
    refused(rebuilt(about, members), "class_names")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"format": NaN}',
        b"\xff\xfe",
        b"[]",
        b'{"step": 1' + b"0" * 9000,
    ],
)
def test_damaged_json_is_refused(text):
    refused(rebuilt(text, parts(SOUND)[1]), ABOUT)


def test_deep_nesting_is_refused():
    for depth in range(100, 1200, 50):
        about, members = parts(SOUND)
        put(about, "config.hidden", 0)
        text = json.dumps(about).replace('"hidden": 0', '"hidden": ' + "[" * depth + "]" * depth)
        refused(rebuilt(text.encode(), members))


def test_bombs_are_refused_before_they_unpack(monkeypatch):
    about, members = parts(SOUND)
    huge = array(np.zeros(50_000_000))
    bomb = rebuilt(about, {**members, "parameters.npy": huge})
    assert len(bomb) < 1_000_000
    monkeypatch.setattr(zipfile.ZipFile, "open", None)  # nothing of it is opened
    refused(bomb, "unpack", "allowed")
    refused(b"PK" + bytes(60_000_000), "bytes", "allowed")


def test_a_bomb_within_json_is_refused():
    refused(rebuilt(b" " * 20_000_000, {}), "too many")


def test_a_list_of_many_members_is_refused():
    members = {f"{i}.npy": b"" for i in range(2000)}
    refused(rebuilt(b"{}", members), "2,001 members")


@pytest.mark.parametrize("blob", [b"", b"PK", b"not a zip file", b"PK\5\6" + bytes(18), SOUND[:-1]])
def test_what_is_no_zip_file_is_refused(blob):
    refused(blob)


def test_sizes_that_lie_are_refused():
    """A member that says it is short but unpacks to more ends where it said."""
    about, members = parts(SOUND)
    blob = bytearray(rebuilt(about, members))
    with zipfile.ZipFile(BytesIO(blob)) as file:
        info = file.getinfo("parameters.npy")
        start = file.start_dir
    at = blob.index(b"parameters.npy", start) - 46 + 24
    assert int.from_bytes(blob[at : at + 4], "little") == info.file_size
    blob[at : at + 4] = (200).to_bytes(4, "little")
    refused(bytes(blob), "parameters")
