"""The rules of the house: who imports whom, and how light the core stays."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DNN = ROOT / "dnn"

#: What each module may import from dnn beside what those it names may: lowest first.
ORDER = [
    "registry",
    "activations",
    "initializers",
    "losses",
    "optimizers",
    "schedules",
    "features",
    "planes",
    "examples",
    "scalings",
    "tables",
    "datasets",
    "settings",
    "config",
    "layout",
    "normalization",
    "program",
    "products",
    "network",
    "jacobians",
    "spectra",
    "batches",
    "dropout",
    "update",
    "trainer",
    "diagnostics",
    "training",
    "moments",
    "timeline",
    "changes",
    "fields",
    "npz",
    "saved_data",
    "saved",
    "inference",
    "gradcheck",
]
#: Generators of their own; the classic demo's starting weights come from the old one.
GENERATORS = ("np.random.default_rng", "np.random.RandomState")
#: Modules that import nothing else of dnn.
LEAVES = ["distributions", "history", "execution", "view", "limits", "qr"]
OPTIONAL = {
    "h5py", "streamlit", "plotly", "sklearn", "segno", "pandas", "dask", "distributed",
}  # fmt: skip


def imports_of(path, everywhere=True):
    """Return the modules that a file imports, inside functions too or only when it is loaded."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if everywhere else tree.body
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: absolute imports only"
            found.add(node.module)
    return found


def own(modules):
    return {module.split(".")[1] for module in modules if module.startswith("dnn.")}


def heads(modules):
    return {module.split(".")[0] for module in modules}


@pytest.mark.parametrize("name", ORDER)
def test_imports_run_one_way(name):
    used = own(imports_of(DNN / f"{name}.py"))
    assert used <= {*ORDER[: ORDER.index(name)], *LEAVES}


@pytest.mark.parametrize("path", sorted(DNN.glob("theory/*.py")), ids=lambda path: path.stem)
def test_theory_knows_activations_and_initializers_only(path):
    assert own(imports_of(path)) <= {"theory", "registry", "activations", "initializers"}


@pytest.mark.parametrize("path", sorted(DNN.glob("readers/*.py")), ids=lambda path: path.stem)
def test_readers_know_data_and_files_only(path):
    allowed = {"readers", "datasets", "scalings", "limits", "npz", "settings"}
    assert own(imports_of(path)) <= allowed


def test_the_network_does_not_know_the_configuration():
    """Beside the order: what has no reason to know the configuration does not import it."""
    for name in ("layout", "normalization", "program", "products", "network", "batches", "dropout"):
        assert not own(imports_of(DNN / f"{name}.py")) & {"config", "settings", "datasets"}


def test_the_order_names_every_module_of_the_engine():
    above = {"__init__", "live", "panels", "presets", "advice", "signal", "verdict", "lab"}
    above |= {"trainability", "twins", "space", "space_panel", "script", "maps", "diagram"}
    above |= {"autopsy", "autopsy_panel", "exports"}
    above |= {"layers", "attending", "questions"}
    above |= {"layers", "proposal", "drawing", "classic", "scaling_effect"}
    above |= {"layers", "results", "metrics"}
    above |= {"judgement"}
    above |= {"layers", "results", "metrics", "pictures"}
    assert {path.stem for path in DNN.glob("*.py")} - above == {*ORDER, *LEAVES}


@pytest.mark.parametrize("name", LEAVES)
def test_leaves_import_nothing_of_dnn(name):
    assert not own(imports_of(DNN / f"{name}.py"))


@pytest.mark.parametrize("path", sorted(DNN.rglob("figures/*.py")), ids=lambda path: path.stem)
def test_figures_need_numpy_and_history_only(path):
    assert own(imports_of(path)) <= {"figures", "history"}
    assert not heads(imports_of(path)) & OPTIONAL


@pytest.mark.parametrize("path", sorted(DNN.rglob("*.py")), ids=lambda path: path.stem)
def test_dnn_knows_no_page(path):
    assert not heads(imports_of(path)) & {"pages", "app", "streamlit", "plotly", "tests"}
    assert not heads(imports_of(path, everywhere=False)) & OPTIONAL


def test_training_draws_no_figures():
    for name in (*ORDER, *LEAVES):
        assert "figures" not in own(imports_of(DNN / f"{name}.py"))


@pytest.mark.parametrize("path", sorted(DNN.rglob("*.py")), ids=lambda path: path.stem)
def test_the_core_has_no_global_randomness_and_prints_nothing(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name != "print"
            assert not name.startswith("np.random.") or name in GENERATORS
        assert not (isinstance(node, ast.ExceptHandler) and node.type is None), "bare except"


@pytest.mark.parametrize("module", ["dnn", "dnn.live", "dnn.presets", "dnn.advice", "dnn.readers"])
def test_importing_stays_light(module):
    code = f"import sys, {module}; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & OPTIONAL


def test_the_public_face():
    import dnn

    assert sorted(dnn.__all__) == list(dnn.__all__)
    for name in dnn.__all__:
        assert getattr(dnn, name).__doc__
