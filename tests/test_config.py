"""Config: validation, links there and back, limits."""

import dataclasses
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dnn.config
from dnn.config import DEFAULT, FIELDS, LIVE_FIELDS, Config, check_work, from_query, to_query
from dnn.parts.activations import ACTIVATIONS

NUMBERS = [name for name, about in FIELDS.items() if about.kind in ("int", "float", "log")]
QUICK = settings(max_examples=150, deadline=None)


def values(name: str) -> st.SearchStrategy:
    """Return allowed values of one field, drawn from what its Setting says."""
    about = FIELDS[name]
    made = {
        "int": lambda: st.integers(about.min, about.max),
        "float": lambda: st.floats(about.min, about.max, exclude_max=about.below),
        "log": lambda: st.floats(about.min, about.max),
        "switch": st.booleans,
        "choice": lambda: st.sampled_from(list(about.choices)),
        "activation": lambda: st.sampled_from(list(about.choices)),
        "features": lambda: st.lists(
            st.sampled_from(list(about.choices)), min_size=1, unique=True
        ).map(tuple),
        "layers": lambda: st.lists(st.integers(1, 12), max_size=8).map(tuple),
    }[about.kind]()
    return made if about.none is None else st.none() | made


@st.composite
def configs(draw) -> Config:
    names = draw(st.sets(st.sampled_from(list(FIELDS))))
    fields = {name: draw(values(name)) for name in FIELDS if name in names}
    n = len(fields.get("hidden", DEFAULT.hidden))
    if draw(st.booleans()) and n:
        keys = st.sampled_from(list(ACTIVATIONS))
        fields["activation"] = tuple(draw(st.lists(keys, min_size=n, max_size=n)))
    if fields.get("batch_size") == 1:
        fields["batch_norm"] = False
    return Config(**fields)


def test_the_first_visit():
    assert to_query(Config()) == {}
    assert from_query({}) == Config() == DEFAULT
    assert Config().hidden == (8, 8, 6, 4)
    assert set(LIVE_FIELDS) == {
        *("learning_rate", "schedule", "schedule_steps", "schedule_decay"),
        *("batch_size", "dropout", "l1", "l2", "clip_norm", "clip_value"),
    }
    assert set(FIELDS) == {field.name for field in dataclasses.fields(Config)}


@QUICK
@given(configs())
def test_a_link_there_and_back(config):
    query = to_query(config)
    assert all(isinstance(part, str) for pair in query.items() for part in pair)
    assert from_query(query) == config
    assert from_query({**query, "panels": "cost", "theme": "dark"}) == config
    assert hash(from_query(query)) == hash(config)
    assert pickle.loads(pickle.dumps(config)) == config


@QUICK
@given(st.dictionaries(st.sampled_from([*FIELDS, "view"]), st.text(max_size=60)))
def test_hostile_links_raise_nothing_but_value_errors(query):
    try:
        config = from_query(query)
    except ValueError as error:
        named = [line.split(":")[0] for line in str(error).splitlines()]
        assert set(named) <= set(query) | {"hidden", "activation"}
    else:
        assert from_query(to_query(config)) == config


NASTY = [
    "9" * 5000,
    "-" * 5000,
    "1-" * 60_000,
    "1e999",
    "-inf",
    "nan",
    "\x00",
    "__import__('os').system('true')",
    "💥",
    "None",
    "[8,8]",
    "0x10",
    "1" + "0" * 400,
]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:12]))
def test_nasty_text_gives_one_short_sentence(name, text):
    with pytest.raises(ValueError, match=f"^{name}: .*; allowed") as caught:
        from_query({name: text})
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def test_a_link_reports_all_its_bad_fields_at_once():
    with pytest.raises(ValueError, match="samples: 'many'") as caught:
        from_query({"samples": "many", "noise": "0.7", "hidden": "8-0", "seed": "5"})
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["samples", "noise", "hidden"]


def test_how_links_are_written():
    config = Config(hidden=(3, 2), activation=("tanh", "relu"), batch_size=None, learning_rate=1e-5)
    assert to_query(config) == {
        "hidden": "3-2",
        "activation": "tanh-relu",
        "batch_size": "full",
        "learning_rate": "1e-05",
    }
    assert to_query(Config(hidden=())) == {"hidden": "none"}
    assert from_query({"hidden": ""}).hidden == from_query({"hidden": "none"}).hidden == ()
    assert from_query({"hidden": "3,2", "features": "x1,x1sq"}).features == ("x1", "x1sq")
    assert from_query({"initializer": "auto", "loss": "auto"}) == Config()


NEW = {
    "sigma_b": (0.1, "0.1"),
    "batch_norm": (True, "on"),
    "residual": (True, "on"),
    "branch_scale": (0.5, "0.5"),
    "rho": (0.99, "0.99"),
    "schedule": ("cosine", "cosine"),
    "schedule_steps": (300, "300"),
    "schedule_decay": (0.25, "0.25"),
    "l1": (1e-5, "1e-05"),
    "dropout": (0.5, "0.5"),
    "clip_norm": (1.0, "1.0"),
    "clip_value": (0.1, "0.1"),
}


@pytest.mark.parametrize("name", NEW)
def test_a_link_carries_every_option(name):
    value, text = NEW[name]
    assert to_query(Config(**{name: value})) == {name: text}
    assert from_query({name: text}) == Config(**{name: value}) != Config()


def test_a_link_carries_all_options_at_once():
    config = Config(**{name: value for name, (value, _) in NEW.items()})
    assert to_query(config) == {name: text for name, (_, text) in NEW.items()}
    assert from_query(to_query(config)) == config


@pytest.mark.parametrize("name", [n for n, about in FIELDS.items() if about.kind == "switch"])
def test_a_switch_is_on_or_off(name):
    assert from_query({name: "on"}) == Config(**{name: True})
    assert from_query({name: "off"}) == from_query({name: "0"}) == Config()
    assert from_query({name: "1"}) == Config(**{name: True})
    assert FIELDS[name].write(False) == "off"
    assert type(getattr(Config(**{name: np.True_}), name)) is bool
    for text in ("", "On", "true", "True", "2", "01", "on ", "none", "auto"):
        with pytest.raises(ValueError, match=rf"^{name}: '{text}' is not .*in a link on or off"):
            from_query({name: text})
    for value in (1, 0, 0.0, "on", None, (), np.int64(1), np.array([True])):
        with pytest.raises(ValueError, match=rf"^{name}: .+; allowed: True or False"):
            Config(**{name: value})


@pytest.mark.parametrize("fields", [{}, {"residual": True}])
def test_residual_layers(fields):
    on = bool(fields)
    config = Config(hidden=(8, 8, 6, 6), **fields)
    assert config.residual_layers() == (False, on, False, on)
    assert config.residual_layers(True) == (False, True, False, True)
    assert config.residual_layers(False) == (False,) * 4
    assert Config(hidden=(), **fields).residual_layers(True) == ()


def test_values_are_normalised():
    config = Config(
        hidden=np.array([4, 3]),
        activation=["relu", "relu"],
        learning_rate=np.float32(1),
        seed=np.int64(7),
        noise=0,
        features=["x1"],
        dataset=np.str_("xor"),
    )
    assert config == Config(
        hidden=(4, 3),
        activation="relu",
        learning_rate=1.0,
        seed=7,
        features=("x1",),
        dataset="xor",
    )
    for value, kind in (
        (config.learning_rate, float),
        (config.noise, float),
        (config.seed, int),
        (config.hidden[0], int),
        (config.dataset, str),
    ):
        assert type(value) is kind


BAD = [
    ("dataset", "mnist"),
    ("dataset", None),
    ("samples", 19),
    ("samples", 10_001),
    ("samples", 100.0),
    ("samples", True),
    ("samples", "100"),
    ("noise", -0.1),
    ("noise", 0.51),
    ("noise", True),
    ("noise", np.True_),
    ("noise", float("nan")),
    ("train_share", 0.0),
    ("train_share", 1.0),
    ("features", ()),
    ("features", "x1"),
    ("features", ("x1", "x1")),
    ("features", ("x3",)),
    ("features", {"x1"}),
    ("scaling", "log"),
    ("hidden", 8),
    ("hidden", "8"),
    ("hidden", (0,)),
    ("hidden", (1025,)),
    ("hidden", (2.5,)),
    ("hidden", (1,) * 101),
    ("hidden", None),
    ("hidden", np.ones((2, 2), int)),
    ("activation", "swishy"),
    ("activation", ()),
    ("activation", ("tanh", "relu")),
    ("activation", ("tanh", "relu", "tanh", 3)),
    ("initializer", "magic"),
    ("sigma_w", -1.0),
    ("sigma_w", float("inf")),
    ("sigma_b", -0.1),
    ("sigma_b", 10.1),
    ("batch_norm", 1),
    ("batch_norm", None),
    ("residual", "on"),
    ("branch_scale", -0.1),
    ("branch_scale", 2.1),
    ("branch_scale", True),
    ("loss", "hinge"),
    ("optimizer", "lbfgs"),
    ("rho", 1.0),
    ("rho", -0.1),
    ("schedule", "linear"),
    ("schedule", None),
    ("schedule_steps", 0),
    ("schedule_steps", 10_000_001),
    ("schedule_steps", 10.0),
    ("schedule_decay", 0.0),
    ("schedule_decay", 1.1),
    ("dropout", -0.1),
    ("dropout", 0.91),
    ("dropout", 1.0),
    ("dropout", float("nan")),
    ("l1", -1e-9),
    ("l1", 10.1),
    ("clip_norm", -1.0),
    ("clip_norm", None),
    ("clip_norm", 1001.0),
    ("clip_value", -1.0),
    ("clip_value", float("inf")),
    ("momentum", 1.0),
    ("momentum", 1),
    ("beta1", -0.01),
    ("beta2", np.longdouble("0.99999999999999999999")),
    ("epsilon", 0.0),
    ("epsilon", 2.0),
    ("learning_rate", 0.0),
    ("learning_rate", 101.0),
    ("learning_rate", 10**400),
    ("learning_rate", 10**5000),
    ("learning_rate", float("nan")),
    ("learning_rate", "0.1"),
    ("learning_rate", 1j),
    ("batch_size", 0),
    ("batch_size", 10_001),
    ("l2", -1e-9),
    ("l2", 11),
    ("seed", -1),
    ("seed", 2**31),
    ("dtype", "float16"),
]


@pytest.mark.parametrize(
    ("name", "value"),
    BAD,
    ids=lambda value: (
        ascii(value)[:20] if not (isinstance(value, int) and value > 1e99) else "huge"
    ),
)
def test_refusals_name_field_value_and_what_is_allowed(name, value):
    with pytest.raises(ValueError, match=f"^{name}: .+; allowed: .+") as caught:
        Config(**{name: value})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", NUMBERS)
def test_both_ends_of_every_range_are_allowed(name):
    about = FIELDS[name]
    top = float(np.nextafter(about.max, 0)) if about.below else about.max
    for value in (about.min, top):
        config = Config(**{name: value})
        assert getattr(config, name) == value
        assert from_query(to_query(config)) == config


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_says_what_a_widget_needs(name):
    about = FIELDS[name]
    assert about.label
    assert about.help.endswith(".")
    assert about.group in ("data", "network", "training")
    assert about.step > 0
    assert all(about.min <= mark <= about.max for mark in about.marks)
    assert list(about.marks) == sorted(set(about.marks))
    assert bool(about.none) == bool(about.none_label)
    assert isinstance(about.applies(Config()), bool)


def test_fields_apply_where_they_matter():
    def applying(**fields):
        config = Config(**fields)
        return {name for name, about in FIELDS.items() if about.applies(config)}

    assert {"beta1", "beta2", "epsilon"} <= applying(optimizer="adam")
    assert applying(optimizer="sgd").isdisjoint({"beta1", "beta2", "epsilon", "momentum"})
    assert "momentum" in applying(optimizer="momentum")
    assert "sigma_w" in applying(initializer="normal")
    assert "sigma_w" not in applying()
    assert {"sigma_w", "sigma_b"} <= applying(initializer="mean_field")
    assert "sigma_b" not in applying(initializer="normal")
    assert "rho" in applying(optimizer="rmsprop")
    assert "momentum" in applying(optimizer="nesterov")
    assert {"beta1", "beta2", "epsilon"} <= applying(optimizer="adamw")
    assert {"schedule_steps", "schedule_decay"} <= applying(schedule="step")
    assert "schedule_decay" not in applying(schedule="cosine")
    assert applying().isdisjoint({"schedule_steps", "schedule_decay"})
    inner = {"activation", "batch_norm", "dropout"}
    assert inner <= applying()
    assert applying(hidden=()).isdisjoint({*inner, "residual", "branch_scale"})
    assert "residual" in applying()
    assert "branch_scale" not in applying()
    assert "branch_scale" in applying(residual=True)
    assert applying(hidden=(4, 3), residual=True).isdisjoint({"residual", "branch_scale"})
    assert applying(dataset="breast_cancer").isdisjoint({"samples", "noise", "features"})


def test_derived():
    assert Config(hidden=(3, 3)).activations == ("tanh", "tanh")
    assert Config(hidden=(3, 3), activation=("relu", "tanh")).activations == ("relu", "tanh")
    assert Config(hidden=()).activations == ()
    assert Config().initializer_key == "glorot"
    assert Config(activation="relu").initializer_key == "he"
    assert Config(activation="selu").initializer_key == "lecun"
    assert Config(activation="relu", initializer="zeros").initializer_key == "zeros"
    mixed = Config(hidden=(3, 3), activation=("relu", "tanh"))
    assert mixed.initializer_keys == ("he", "glorot", "glorot")
    assert Config(hidden=()).initializer_keys == ("glorot",)


def test_replace_validates():
    assert dataclasses.replace(Config(), l2=1).l2 == 1.0
    with pytest.raises(ValueError, match="l2: -1 is not allowed"):
        dataclasses.replace(Config(), l2=-1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().l2 = 1.0


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"hidden": (1024,) * 6}, "parameters"),
        ({"hidden": (1000,) * 4, "samples": 10_000, "batch_size": None}, "multiply-adds"),
        ({"hidden": (1024, 1) * 10, "samples": 10_000}, "activations"),
    ],
)
def test_one_link_cannot_block_a_class(fields, what):
    with pytest.raises(ValueError, match=rf"^hidden: \(.*{what}.*; allowed: up to"):
        dnn.start(Config(**fields))


def test_size_is_counted_by_hand(monkeypatch):
    """2-3-1 has 2*3+3 + 3*1+1 = 13 parameters, and 3 * 9 multiply-adds for each example."""
    monkeypatch.setattr(dnn.config, "MAX_PARAMETERS", 13)
    monkeypatch.setattr(dnn.config, "MAX_FLOPS", 3 * 9 * 10)
    check_work((2, 3, 1), 10, 100)
    with pytest.raises(ValueError, match=re.escape("(3,) makes 297 multiply-adds per step of 11")):
        check_work((2, 3, 1), 11, 100)
    with pytest.raises(ValueError, match="makes 17 parameters; allowed: up to 13"):
        check_work((2, 4, 1), 1, 100)


def test_fixed_tables_are_counted_at_their_own_size():
    dnn.start(Config(dataset="breast_cancer", samples=10_000, hidden=(1024, 1) * 10))
