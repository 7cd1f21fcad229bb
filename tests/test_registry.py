"""Registries: what every entry says of itself."""

import pytest

from dnn.data.datasets import DATASETS, SCALINGS
from dnn.data.features import FEATURES
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import SCHEDULES
from dnn.registry import Entry, Registry

REGISTRIES = [
    ACTIVATIONS,
    DATASETS,
    SCALINGS,
    FEATURES,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
]


def test_mapping_in_order():
    entries = [Entry(key=k, label=k, formula="", help="", source="") for k in "cab"]
    registry = Registry("letter", entries)
    assert list(registry) == ["c", "a", "b"]
    assert len(registry) == 3
    assert registry["a"] is entries[1]
    assert "a" in registry
    assert 1 not in registry


@pytest.mark.parametrize("key", ["nope", None, 3, ["tanh"], ("tanh",)])
def test_unknown_key_names_family_and_choices(key):
    with pytest.raises(ValueError, match=r"^activation: .* is not known; choose one of tanh, relu"):
        ACTIVATIONS[key]
    assert key not in ACTIVATIONS


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.family)
def test_every_entry_describes_itself(registry):
    assert len({entry.label for entry in registry.values()}) == len(registry)
    for key, entry in registry.items():
        assert entry.key == key
        assert key.isidentifier(), "links carry the key, and separate keys by - or ,"
        assert entry.label
        assert entry.formula
        assert entry.source
        assert entry.help.endswith(".")
