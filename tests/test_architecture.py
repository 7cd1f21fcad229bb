"""The rules of the house: who imports whom, and how light the network stays."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Each package or file may import those above it, and itself. The longest name that fits counts.
PACKAGES = (
    "dnn.registry",
    "dnn.settings",
    "dnn.parts",
    "dnn.data",
    "dnn.config",
    "dnn.engine",
    "dnn.run",
    "dnn.files",
    "dnn",
    "lab",
    "lab.view",
    "lab.link",
    "lab.text",
    "lab.theory",
    "lab.analysis",
    "lab.intake",
    "lab.figures",
    "lab.teaching",
    "lab.experiments",
    "lab.live",
    "lab.panels",
    "lab.frame",
    "lab.live.session",
    "lab.report",
    "pages.shared",
    "pages",
    "app",
)
#: Generators of their own; the classic demo's starting weights come from the old one.
GENERATORS = ("np.random.default_rng", "np.random.RandomState")
#: What a worker does not load: pages, charts in the browser, and what only some functions need.
HEAVY = {"h5py", "streamlit", "plotly", "sklearn", "segno", "pandas", "dask", "distributed"}
#: What the network is made of, beside the standard library.
NETWORK = {"numpy", "scipy", "dnn"}
#: Lines of dnn/: what a student can read.
READABLE = 6_500


@cache
def sources():
    """Return the path of each module of the app, by its dotted name."""
    paths = [ROOT / "app.py"]
    for top in ("dnn", "lab", "pages"):
        paths += sorted((ROOT / top).rglob("*.py"))
    return {dotted(path): path for path in paths}


def dotted(path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


@cache
def imports_of(path, everywhere=True):
    """Return the names that a file imports, inside functions too or only when it is loaded."""
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: absolute imports only"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in sources() else node.module)
    return found


def own(names):
    return {name for name in names if name in sources()}


def heads(names):
    return {name.split(".")[0] for name in names}


def package_of(name):
    """Return the entry of PACKAGES that a module belongs to."""
    fits = [p for p in PACKAGES if name == p or name.startswith(p + ".")]
    assert fits, f"{name} belongs to no package of the table"
    return max(fits, key=len)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package):
    allowed = PACKAGES[: PACKAGES.index(package) + 1]
    files = {n: p for n, p in sources().items() if package_of(n) == package}
    assert files, "a package of the table is empty"
    upward = [
        f"{name} imports {other}"
        for name, path in files.items()
        for other in own(imports_of(path))
        if package_of(other) not in allowed
    ]
    assert not upward


def test_no_file_imports_itself_by_a_detour():
    """Each file's own imports, inside functions and for the type checker too, form no circle."""
    left = {name: own(imports_of(path)) - {name} for name, path in sources().items()}
    while left:
        free = {name for name, used in left.items() if not used & left.keys()}
        assert free, f"a circle among {sorted(left)}"
        left = {name: used for name, used in left.items() if name not in free}


@pytest.mark.parametrize("top", ["dnn", "lab"])
def test_network_and_lab_know_no_page(top):
    for name, path in sources().items():
        if package_of(name).split(".")[0] != top:
            continue
        used = imports_of(path)
        assert not heads(used) & {"pages", "app", "streamlit", "plotly", "tests"}, name
        assert not heads(imports_of(path, everywhere=False)) & HEAVY, name
        assert top == "lab" or heads(used) <= NETWORK | set(sys.stdlib_module_names) | HEAVY, name


def test_theory_knows_activations_and_initialisers_only():
    allowed = {"lab.theory", "dnn.registry", "dnn.parts.activations", "dnn.parts.initializers"}
    for path in (ROOT / "lab/theory").glob("*.py"):
        used = own(imports_of(path))
        assert not {n for n in used if not n.startswith("lab.theory")} - allowed


def test_the_engine_below_the_trainer_does_not_know_the_configuration():
    for path in (ROOT / "dnn/engine").glob("*.py"):
        if path.stem not in ("trainer", "update"):
            assert not own(imports_of(path)) & {"dnn.config", "dnn.settings", "dnn.data.datasets"}


def test_figures_draw_and_do_not_judge():
    """They know numbers, words and records: no network, no analysis and no diagnosis."""
    allowed = ("lab.figures", "lab.text", "dnn.run.history")
    for path in (ROOT / "lab/figures").rglob("*.py"):
        assert not {n for n in own(imports_of(path)) if not n.startswith(allowed)}, path.stem


@pytest.mark.parametrize("top", ["dnn", "lab"])
def test_no_global_randomness_and_nothing_printed(top):
    for path in (ROOT / top).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name != "print", path
                assert not name.startswith("np.random.") or name in GENERATORS, path
            assert not (isinstance(node, ast.ExceptHandler) and node.type is None), path


@pytest.mark.parametrize(
    "module", ["dnn", "lab.live.worker", "lab.live.session.loop", "lab.panels", "lab.intake"]
)
def test_importing_stays_light(module):
    code = f"import sys, {module}; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & HEAVY


def test_importing_the_network_loads_nothing_of_the_lab():
    code = "import sys, dnn; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"lab", "pages"} & set(done.stdout.split())


def test_the_network_is_short_enough_to_read():
    lines = sum(len(path.read_text().splitlines()) for path in (ROOT / "dnn").rglob("*.py"))
    assert lines <= READABLE


def test_each_package_says_what_lives_there():
    """Its __init__ has a docstring of a few lines."""
    folders = {path.parent for name, path in sources().items() if package_of(name) != "app"}
    for folder in folders:
        if (folder / "__init__.py").exists() and folder.name != "pages":
            said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))
            assert said, folder


def test_the_public_face():
    import dnn

    assert sorted(dnn.__all__) == list(dnn.__all__)
    for name in dnn.__all__:
        assert getattr(dnn, name).__doc__
