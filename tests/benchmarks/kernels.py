"""Tests that train, under every kind of processor this one can stand in for:
python tests/benchmarks/kernels.py

OpenBLAS has a kernel a kind of processor, and NumPy loops of its own; each adds in another order,
and training magnifies how the last digits differ. Prints two Markdown tables with a column a
kernel: what the experiments' criteria compare, and how many tests passed. --other runs pytest under
one kernel that is not this machine's, as .ci/run does.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

#: What a processor needs for an OpenBLAS kernel, and what NumPy makes use of on such a one.
KERNELS = {
    "Nehalem": (("SSE42",), ()),
    "Sandybridge": (("AVX",), ()),
    "Haswell": (("AVX2", "FMA3"), ("X86_V3",)),
    "Zen": (("AVX2", "FMA3"), ("X86_V3",)),
    "SkylakeX": (("AVX512_SKX",), ("X86_V3", "X86_V4")),
}
#: Those that compare what some hundred steps of training come to with a constant.
FILES = tuple(
    f"tests/test_{name}.py"
    for name in (
        "experiments", "lessons", "lesson_pages", "diagnosis", "findings", "verdict", "advice",
        "presets", "bring", "datasets", "trainability", "twins", "autopsy", "classic_demo", "page",
        "normalization", "residual",
    )
)  # fmt: skip
#: Seeds other than the experiments' own, in threes: another draw moves a figure as rounding may.
TRIPLES = [tuple(range(first, first + 3)) for first in range(3, 27, 3)]


def kernels() -> list[str]:
    """Return the kernels that this processor can run."""
    from numpy._core._multiarray_umath import __cpu_features__ as has

    return [k for k, (needs, _) in KERNELS.items() if all(has.get(name) for name in needs)]


def other() -> str:
    """Return the kernel of this processor's that is furthest from its own; "" without one."""
    import numpy  # noqa: F401  its OpenBLAS is what is asked for
    from threadpoolctl import threadpool_info

    own = {found.get("architecture") for found in threadpool_info()}
    return next((name for name in kernels() if name not in own), "")


def environment(kernel: str) -> dict[str, str]:
    """Return the variables under which a process computes as with that kernel's processor."""
    from numpy._core import _multiarray_umath as numpy

    less = [name for name in numpy.__cpu_dispatch__ if numpy.__cpu_features__.get(name)]
    less = [name for name in less if name not in KERNELS[kernel][1]]
    one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    made = {**os.environ, **one, "OPENBLAS_CORETYPE": kernel}
    made.pop("NPY_DISABLE_CPU_FEATURES", None)
    return made | ({"NPY_DISABLE_CPU_FEATURES": " ".join(less)} if less else {})


def row(*cells: object) -> None:
    """Print a row of a Markdown table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


# What experiments that train found


def figures() -> dict[str, tuple[str, dict[str, float]]]:
    """Return what each criterion on training compares, and the experiment's verdict."""
    from lab.experiments import EXPERIMENTS, NOT_HERE, adam, glorot, residual
    from lab.experiments.runs import median, values

    compared = {
        "glorot_sigmoid": {
            "highest cost, 1 and 2 layers": lambda rows: glorot.costs_by_depth(rows)[0],
            "lowest cost, 4 and 5 layers": lambda rows: glorot.costs_by_depth(rows)[1],
        },
        "he_training": {
            "22 layers, He: steps": lambda rows: median(values(rows, 3, 22, "He")),
            "22 layers, Glorot: steps": lambda rows: median(values(rows, 3, 22, "Glorot")),
            "30 layers, He: steps": lambda rows: median(values(rows, 3, 30, "He")),
            "30 layers, Glorot: lowest cost": lambda rows: median(values(rows, 5, 30, "Glorot")),
            "the step one of them leaves at": lambda rows: values(rows, 4, 30, "Glorot")[0],
        },
        "pascanu": {"highest cost, clipped": lambda rows: max(values(rows, 3, "to 1"))},
        "batch_norm_sigmoid": {
            "lowest cost without": lambda rows: min(values(rows, 2, "without")),
            "median cost with": lambda rows: median(values(rows, 3, "with")),
        },
        "residual": {
            **{
                f"{name}, {depth} layers": lambda rows, n=name, i=i: residual.medians(rows, n)[i]
                for name in residual.NAMES.values()
                for i, depth in enumerate(residual.DEPTHS)
            },
            "one plain run, 40 layers": lambda rows: values(rows, 3, "plain", 40)[0],
        },
        "adam_hides": {
            "gradient descent, lowest cost": lambda rows: adam.lowest_costs(rows)[0],
            "Adam, median cost": lambda rows: adam.lowest_costs(rows)[1],
        },
    }
    found = {}
    for key, told_by in compared.items():
        outcome = EXPERIMENTS[key].run(lambda done, sentence: True)
        mark = "no" if outcome.verdict == NOT_HERE else "yes"
        found[key] = mark, {name: float(of(outcome.rows)) for name, of in told_by.items()}
    return found


def with_seeds(seeds: tuple[int, ...]) -> dict:
    """Return the figures with other seeds than the experiments' own."""
    for name in ("adam", "clipping", "glorot", "he", "normalization", "residual"):
        importlib.import_module(f"lab.experiments.{name}").SEEDS = seeds
    return figures()


def computed(kernel: str, seeds: tuple[int, ...] = ()) -> dict:
    """Return the figures as a process under that kernel finds them."""
    command = [sys.executable, __file__, "--figures", ",".join(map(str, seeds))]
    done = subprocess.run(command, env=environment(kernel), capture_output=True, check=True)
    return json.loads(done.stdout)


def short(value: float) -> str:
    """Return a figure in two digits; "later" where a step was not reached."""
    if value == float("inf"):
        return "later"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def print_figures(names: list[str], triples: list[tuple[int, ...]]) -> bool:
    """Print the table of figures; return whether every verdict is "reproduced"."""
    columns = {name: computed(name) for name in names}
    drawn = [computed(names[-1], seeds) for seeds in triples]
    row("Experiment", "Compared", *names, *(["other seeds"] if drawn else []))
    row(*["---"] * (2 + len(names) + bool(drawn)))
    for key, (_, told) in columns[names[0]].items():
        held = [found[key][0] == "yes" for found in drawn]
        marks = [found[key][0] for found in columns.values()]
        row(key, "reproduced", *marks, *([f"{sum(held)} of {len(held)}"] if drawn else []))
        for name in told:
            values = [found[key][1][name] for found in drawn]
            span = [f"{short(min(values))} to {short(max(values))}"] if drawn else []
            row("", name, *(short(found[key][1][name]) for found in columns.values()), *span)
    found = [*columns.values(), *drawn]
    return all(mark == "yes" for column in found for mark, _ in column.values())


# Tests


def passed(kernel: str, file: str) -> tuple[str, list[str]]:
    """Return "passed" or "passed, n failed" of a file's tests, and the names of those that did."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(kernel), capture_output=True, text=True
    )
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    told = f"{counts.get('passed', 0)}" + (f", **{failed} failed**" if failed else "")
    return told, re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)


def print_tests(names: list[str], files: list[str]) -> bool:
    """Print the table of tests; return whether all passed."""
    row("Tests passed", *names)
    row(*["---"] * (1 + len(names)))
    broken = []
    for file in files:
        cells = []
        for name in names:
            told, failed = passed(name, file)
            cells.append(told)
            broken += [f"{name}: {test}" for test in failed]
        row(Path(file).name, *cells)
    print(*broken, sep="\n")
    return not broken


def main() -> None:
    """Print both tables, or run pytest under another kernel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", default=FILES)
    parser.add_argument("--kernels", nargs="+", default=kernels(), choices=list(KERNELS))
    parser.add_argument("--seeds", action="store_true", help="also eight other seed triples")
    parser.add_argument("--only", choices=("figures", "tests"), help="one of the two tables")
    parser.add_argument("--other", action="store_true", help="pytest under one other kernel")
    parser.add_argument("--figures", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.figures is not None:
        seeds = tuple(int(seed) for seed in given.figures.split(",") if seed)
        print(json.dumps(with_seeds(seeds) if seeds else figures()))
        return
    if given.other:
        name = other()
        if not name:
            print("this processor has one kernel only")
            return
        print(f"under OPENBLAS_CORETYPE={name}:", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", *given.files]
        sys.exit(subprocess.run(command, cwd=ROOT, env=environment(name)).returncode)
    if not given.kernels:
        sys.exit("this processor has none of the kernels " + ", ".join(KERNELS))
    began, held = time.monotonic(), []
    if given.only != "tests":
        held.append(print_figures(given.kernels, TRIPLES if given.seeds else []))
        print()
    if given.only != "figures":
        held.append(print_tests(given.kernels, list(given.files)))
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
