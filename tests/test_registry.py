"""Registries, and the rules on who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from dnn.activations import ACTIVATIONS
from dnn.datasets import DATASETS, SCALINGS
from dnn.features import FEATURES
from dnn.initializers import INITIALIZERS
from dnn.losses import LOSSES
from dnn.optimizers import OPTIMIZERS
from dnn.registry import Entry, Registry

REGISTRIES = [ACTIVATIONS, DATASETS, SCALINGS, FEATURES, INITIALIZERS, LOSSES, OPTIMIZERS]
DNN = Path(__file__).parent.parent / "dnn"

#: Layers of the package, lowest first: a module imports only from lower layers, except that
#: those of one family may build on each other in the order given.
ORDER = [
    "registry",
    "activations",
    "initializers",
    "losses",
    "optimizers",
    "features",
    "planes",
    "examples",
    "datasets",
    "settings",
    "config",
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


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            found.add(node.module)
    return found


@pytest.mark.parametrize("name", ORDER)
def test_imports_run_one_way(name):
    path = DNN / f"{name}.py"
    used = {module.split(".")[1] for module in imports_of(path) if module.startswith("dnn.")}
    assert used <= set(ORDER[: ORDER.index(name)])


def test_nothing_in_dnn_imports_pages_or_streamlit():
    for path in DNN.rglob("*.py"):
        heads = {module.split(".")[0] for module in imports_of(path)}
        assert not heads & {"pages", "streamlit", "plotly", "app"}, path


def test_importing_stays_light():
    modules = [f"dnn.{name}" for name in ORDER]
    code = (
        f"import sys, {', '.join(modules)}\n"
        "print(*({m.split('.')[0] for m in sys.modules} & {'streamlit', 'plotly', 'sklearn'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=DNN.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
