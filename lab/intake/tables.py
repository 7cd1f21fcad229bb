"""Tables of text, CSV and the like: their columns, and the examples that are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dnn.settings import shown
from lab.intake.dialect import LARGEST, absent, as_numbers, cells
from lab.intake.examples import LEAST, Examples, named
from lab.intake.problem import KINDS, Problem, of_numbers, of_texts

Array = np.ndarray

#: A column of more different texts is no category: names, say, or sentences.
MOST_CATEGORIES = 50
#: What columns are called that count the rows, in lower case; "" is no name.
COUNTERS = frozenset({"", "index", "row", "rownames", "unnamed: 0"})
#: What such names end in, also in lower case: PassengerId, house no.
COUNTER_ENDS = ("id", "no", "no.", "nr", "nr.", "number")
#: What to do where an input is missing.
MISSING = {
    "drop": "leave those rows out",
    "fill": "fill in the mean, or the most frequent category, of the training part",
    "own": "make missing a category of its own",
}


@dataclass(frozen=True, eq=False)
class Column:
    """A column: numbers (m,), NaN where missing; or texts, None where missing.

    kind: "number", "category", "text" (too many different ones) or "empty". counts: whether it only
    numbers the rows.
    """

    name: str
    kind: str
    numbers: Array
    texts: tuple[str | None, ...]
    missing: int
    too_large: int = 0
    counts: bool = False

    @cached_property
    def distinct(self) -> int:
        """How many different values there are, apart from missing ones."""
        if self.kind == "number":
            return len(np.unique(self.numbers[~np.isnan(self.numbers)]))
        return len({text for text in self.texts if text is not None})

    @property
    def usable(self) -> bool:
        """Whether a network can learn from it: not where it is the same in all rows, nor where each
        row has a text of its own.
        """
        return self.kind in ("number", "category") and self.distinct > 1 and not self._own_texts

    @property
    def _own_texts(self) -> bool:
        known = len(self.texts) - self.missing
        return self.kind == "category" and known >= LEAST and self.distinct == known

    @property
    def why_not(self) -> str:
        """Why it is no input unless somebody chooses it, "" where it is one."""
        if self.counts:
            return "it only counts the rows"
        if self.usable:
            return ""
        if self.kind == "empty":
            return "it is empty"
        if self._own_texts:
            return "each row has a text of its own"
        if self.kind == "text":
            return f"it holds {self.distinct:,} different texts, more than {MOST_CATEGORIES}"
        if self.too_large:
            return f"numbers beyond {LARGEST:g} can't be used, and few others are there"
        return "it is the same in all rows"

    @property
    def gaps(self) -> Array:
        """Where it is missing, (m,)."""
        if self.kind == "number":
            return np.isnan(self.numbers)
        return np.array([text is None for text in self.texts], bool)


@dataclass(frozen=True)
class Table:
    """A table as it stood in the file, and how it was read.

    notes: what was left out of it, in sentences.
    """

    columns: tuple[Column, ...]
    rows: int
    separator: str
    encoding: str
    header: bool
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, each once."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of this name. Raises ValueError."""
        for column in self.columns:
            if column.name == name:
                return column
        few = ", ".join(self.names[:10])
        raise ValueError(f"There is no column {shown(name)}; choose one of {few}")

    @property
    def suggested_target(self) -> str:
        """The column that is most likely the target: the last usable one."""
        usable = [c.name for c in self.columns if not c.why_not]
        return usable[-1] if usable else self.names[-1]

    def inputs_of(self, target: str) -> list[Column]:
        """Return the columns that are inputs where nobody has chosen any."""
        return [c for c in self.columns if c.name != target and not c.why_not]

    def examples(
        self,
        target: str | None = None,
        features: Sequence[str] | None = None,
        missing: str = "drop",
        kind: str | None = None,
        name: str = "",
    ) -> Examples:
        """Return the examples of a choice of columns.

        target: None is the suggested one; features: None is inputs_of(target); missing: a key of
        MISSING; kind: "classes" or "real" for a target of numbers, None: found out. Raises
        ValueError with one sentence.
        """
        if missing not in MISSING:
            raise ValueError(
                f"missing: {shown(missing)} is not known; choose one of {', '.join(MISSING)}"
            )
        if self.rows < LEAST:
            rows = f"{self.rows} row" + ("" if self.rows == 1 else "s")
            raise ValueError(f"The table has {rows} of examples; a data set needs at least {LEAST}")
        goal = self.column(self.suggested_target if target is None else target)
        inputs, notes = self._inputs(goal, features)
        notes = [*self.notes, *notes]
        keep = ~goal.gaps
        if goal.missing:
            notes.append(f"Rows without {goal.name} are left out: {goal.missing:,}.")
        if missing == "drop":
            keep = self._complete(keep, inputs, notes)
        problem = _problem(goal, keep, kind)
        blocks = [_encoded(column, keep, missing == "own") for column in inputs]
        X = np.concatenate([rows for rows, _, _ in blocks]) if blocks else np.zeros((0, 0))
        return Examples(
            name or "table", X, problem, named([n for _, names, _ in blocks for n in names]),
            target_name=goal.name, categories=_groups(blocks), notes=tuple(notes),
        )  # fmt: skip

    def _inputs(
        self, goal: Column, features: Sequence[str] | None
    ) -> tuple[list[Column], list[str]]:
        """Return the columns that are inputs, and notes about those that are not."""
        if features is None:
            left = [c for c in self.columns if c is not goal and c.why_not]
            notes = [f"{c.name} is left out: {c.why_not}." for c in left[:5]]
            return self.inputs_of(goal.name), notes
        chosen = [self.column(feature) for feature in dict.fromkeys(features)]
        for column in chosen:
            if column is goal:
                raise ValueError(f"{shown(goal.name)} is the target, so it can't be an input too")
            if not column.usable:
                raise ValueError(f"{shown(column.name)} can't be an input: {column.why_not}")
        return chosen, []

    def _complete(self, keep: Array, inputs: list[Column], notes: list[str]) -> Array:
        """Return which of the rows to keep miss no input; notes get what is left out."""
        whole = keep.copy()
        for column in inputs:
            whole &= ~column.gaps
        lost = int(keep.sum() - whole.sum())
        if lost:
            worst = max(inputs, key=lambda column: column.missing)
            notes.append(
                f"Rows in which something is missing are left out: {lost:,} of {self.rows:,}. "
                f"Most often it is {worst.name} ({worst.missing:,})."
            )
        return whole


def read_table(blob: bytes, header: bool | None = None) -> Table:
    """Return the table in the bytes of a CSV or TSV file. Raises ValueError with one sentence.

    header: whether the first row holds the names, None: found out.
    """
    found = cells(blob, header)
    names = named(list(found.names))
    comma = found.separator != "comma"
    columns = tuple(
        _column(name, said, values, comma)
        for name, said, values in zip(
            names, found.names, zip(*found.rows, strict=True), strict=True
        )
    )
    return Table(
        columns, len(found.rows), found.separator, found.encoding, found.header, found.notes
    )


def _column(name: str, said: str, values: Sequence[str], comma: bool) -> Column:
    """Return a column of cells. said: its name in the file; comma: stands for the point."""
    there = [None if absent(value) else value for value in values]
    known = [value for value in there if value is not None]
    parsed = as_numbers(known, comma)
    none = np.zeros(0)
    if not known:
        return Column(name, "empty", none, tuple(there), len(there))
    if parsed is None:
        kind = "category" if len(set(known)) <= MOST_CATEGORIES else "text"
        return Column(name, kind, none, tuple(there), len(there) - len(known))
    numbers = np.full(len(there), np.nan)
    numbers[[value is not None for value in there]] = np.array(parsed, float)
    # Infinite ones, and those that can't be squared and summed, count as missing.
    large = np.abs(numbers) > LARGEST
    numbers[large] = np.nan
    kind = "empty" if np.isnan(numbers).all() else "number"
    texts = () if kind == "number" else (None,) * len(there)
    said = said.strip().lower()
    counts = (
        kind == "number"
        and (said in COUNTERS or said.endswith(COUNTER_ENDS))
        and numbers[0] in (0, 1)
        and np.array_equal(numbers, numbers[0] + np.arange(len(numbers)))
    )
    missing = int(np.isnan(numbers).sum())
    return Column(name, kind, numbers, texts, missing, int(large.sum()), counts)


def _problem(goal: Column, keep: Array, kind: str | None) -> Problem:
    if kind not in (None, *KINDS):
        raise ValueError(f"kind: {shown(kind)} is not known; choose one of {', '.join(KINDS)}")
    if goal.kind == "empty":
        raise ValueError(f"{shown(goal.name)} is empty, so it can't be the target")
    if not keep.any():
        raise ValueError(
            "Something is missing in every row: fill it in, or choose fewer columns as inputs"
        )
    if goal.kind == "number":
        return of_numbers(goal.name, goal.numbers[keep], kind)
    texts = [text for text, kept in zip(goal.texts, keep, strict=True) if kept and text is not None]
    return of_texts(goal.name, texts, kind)


Block = tuple[Array, list[str], bool]


def _encoded(column: Column, keep: Array, own: bool) -> Block:
    """Return a column as rows of inputs, their names, and whether they are one category.

    own: a row more says where it is missing.
    """
    gaps = column.gaps[keep]
    if column.kind == "number":
        rows, names = column.numbers[keep][None], [column.name]
    else:
        texts = [text for text, kept in zip(column.texts, keep, strict=True) if kept]
        known = sorted({text for text in texts if text is not None})
        index = {text: k for k, text in enumerate(known)}
        codes = np.array([-1 if text is None else index[text] for text in texts])
        rows = (codes == np.arange(len(known))[:, None]).astype(float)
        names = [f"{column.name} = {text}" for text in known]
    if own and gaps.any():
        rows, names = np.vstack([rows, gaps.astype(float)]), [*names, f"{column.name} missing"]
    elif column.kind == "category":
        rows[:, gaps] = np.nan
        if len(known) == 2:  # one input: the second of them or not
            rows, names = rows[1:], names[1:]
    return rows, names, column.kind == "category"


def _groups(blocks: Sequence[Block]) -> tuple[tuple[int, int], ...]:
    groups, at = [], 0
    for rows, _, category in blocks:
        if category:
            groups.append((at, at + len(rows)))
        at += len(rows)
    return tuple(groups)
