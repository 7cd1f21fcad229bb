"""What data looks like before training: its first rows, its classes, and what scaling does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from dnn.data.scalings import SCALINGS
from lab.figures.inputs import (
    balance_figure,
    class_colors,
    part_colors,
    scaling_figure,
    scaling_sentence,
    values_figure,
)
from lab.intake import Arrays, Examples, Prepared, Table
from lab.text.numbers import number, short
from pages.shared import uploads
from pages.shared.sources import Source

#: So many rows and columns are shown of a table, and inputs of a page of histograms.
ROWS, COLUMNS, INPUTS = 6, 11, 5
#: So many pictures, and so many pixels a side.
PICTURES, SIDE = 12, 64
#: Characters of a cell.
LONGEST = 24


def how_read(source: Source, examples: Examples | None) -> None:
    """Draw in words how a file was read."""
    what = source.what
    if isinstance(what, Table):
        names = "the first row is the header" if what.header else "no header row"
        rows = "1 row" if what.rows == 1 else f"{what.rows:,} rows"
        text = (
            f"{rows}, {len(what.columns)} columns, separated by {what.separator}; "
            f"{names}; read as {what.encoding.upper()}."
        )
    elif isinstance(what, Arrays):
        text = f"X {what.X.shape} of {what.X.dtype}, Y {what.Y.shape} of {what.Y.dtype}."
    else:
        image = what.image[:2] if what.image[2:] == (1,) else what.image
        size = " × ".join(map(str, image)) if image else f"{len(what.X):,} inputs"
        text = f"{what.X.shape[1]:,} {'pictures' if what.image else 'examples'} of {size}."
    st.html(f"<p class='nl-read'>{escape(text)}</p>")


def _theme() -> str:
    return getattr(st.context.theme, "type", None) or "light"


def first_rows(source: Source, examples: Examples | None, target: str | None) -> None:
    """Draw the first rows as they stand in the file."""
    if isinstance(source.what, Table):
        st.html(_columns_as_table(source.what, target))
    elif examples is not None:
        st.html(_examples_as_table(examples))


def _columns_as_table(table: Table, target: str | None) -> str:
    columns = [c for c in table.columns if c.name != target][: COLUMNS - 1]
    columns += [c for c in table.columns if c.name == target]
    rows = range(min(ROWS, table.rows))
    cells = [
        [_value(c.numbers[i]) if c.kind == "number" else _text(c.texts[i]) for c in columns]
        for i in rows
    ]
    kinds = [_kind(c, c.name == target) for c in columns]
    return _table([c.name for c in columns], kinds, cells, target, len(table.columns))


def _kind(column: Any, target: bool) -> str:
    """Return in words what a column holds, and what becomes of it."""
    words = {
        "number": "numbers",
        "category": f"{column.distinct} "
        + (("class" if column.distinct == 1 else "classes") if target else "categories, one-hot"),
        "text": "texts",
        "empty": "empty",
    }[column.kind]
    if column.why_not and not target:
        words = f"{words.removesuffix(', one-hot')}, left out"
    return words + (f" · {column.missing:,} missing" if column.missing else "")


def _examples_as_table(examples: Examples) -> str:
    X, problem = examples.X[: COLUMNS - 1, :ROWS], examples.problem
    names = [*examples.feature_names[: COLUMNS - 1], examples.target_name]
    cells = [[_value(v) for v in column] for column in X.T]
    for i, row in enumerate(cells):
        y = problem.Y[0, i]
        row.append(_text(problem.class_names[int(y)]) if problem.class_names else _value(y))
    return _table(names, [""] * len(names), cells, examples.target_name, len(examples.X) + 1)


def _table(
    names: Sequence[str], kinds: Sequence[str], cells: Sequence[Sequence[str]],
    target: str | None, total: int,
) -> str:  # fmt: skip
    head = "".join(
        f"<th{_marked(name, target)}>{escape(_short(name))}<span>{escape(kind)}</span></th>"
        for name, kind in zip(names, kinds, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_marked(n, target)}>{cell}</td>" for n, cell in zip(names, row, strict=True)
        )
        + "</tr>"
        for row in cells
    )
    more = total - len(names)
    foot = f"<p class='nl-read'>and {more:,} more columns</p>" if more > 0 else ""
    return (
        "<div class='nl-table nl-rows'><table><thead><tr>"
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>{foot}"
    )


def _marked(name: str, target: str | None) -> str:
    return " class='nl-target'" if name == target else ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _value(value: float) -> str:
    """Return a number as a cell of HTML."""
    if math.isnan(value):
        return "<i>missing</i>"
    return short(value) if float(value).is_integer() else number(value, 4)


def _text(text: str | None) -> str:
    return "<i>missing</i>" if text is None else escape(_short(text))


def pictures(examples: Examples) -> None:
    """Draw some of the pictures, classes in turn, each with its class."""
    labels = examples.problem.Y[0]
    names = examples.problem.class_names
    order = np.argsort([np.sum(labels[:i] == labels[i]) for i in range(min(len(labels), 400))],
                       kind="stable")[:PICTURES]  # fmt: skip
    low, high = min(0.0, float(examples.X.min())), max(1.0, float(examples.X.max()))
    if low == 0 and 16 < high < 255:
        high = 255.0  # bytes, none of which is the largest
    shown = []
    for i in order:
        picture = examples.X[:, i].reshape(examples.image)
        picture = picture[..., 0] if picture.shape[2] == 1 else picture
        scaled = (255 * ((picture - low) / (high - low))).astype(np.uint8)
        times = max(1, SIDE // len(scaled))
        shown.append(scaled.repeat(times, 0).repeat(times, 1))
    captions = [names[int(labels[i])] if names else number(labels[i]) for i in order]
    st.image(shown, caption=[f"`{c}`" for c in captions], width=SIDE)


def balance(examples: Examples, prepared: Prepared) -> None:
    """Draw how many examples each class has, or how the numbers to predict are spread."""
    data, problem = prepared.data, examples.problem
    keys: list[tuple[str, str]] = []
    if problem.class_names:
        title = "How many examples has each class?"
        train, test = (_counts(Y, len(problem.class_names)) for Y in (data.Y_train, data.Y_test))
        figure = balance_figure(problem.class_names, train, test, _theme())
    else:
        title = "How is the target spread?"
        shift, scale = data.target_units
        train, test = (Y[0] * scale + shift for Y in (data.Y_train, data.Y_test))
        figure = values_figure(train, test, examples.target_name, _theme())
        keys = part_colors(_theme())
    _chart(title, figure, "balance", keys)


def _counts(Y: Any, classes: int) -> Any:
    labels = Y[0] if len(Y) == 1 else Y.argmax(axis=0)
    return np.bincount(labels.astype(int), minlength=classes)


def after_scaling(examples: Examples, prepared: Prepared, scaling: str) -> None:
    """Draw the inputs before and after scaling, over the training part."""
    X, Y, units = prepared.data.X_train, prepared.data.Y_train, prepared.data.units
    raw = X * units.scale + units.shift
    labels, keys = None, []
    if examples.problem.class_names:
        labels = Y[0] if len(Y) == 1 else Y.argmax(axis=0)
        keys = class_colors(labels, examples.problem.class_names, _theme())
    title = "What does scaling do to the inputs?"
    st.html(
        f"<h4 class='nl-chart-title'>{title}</h4>"
        f"<p class='nl-read'>{escape(scaling_sentence(raw, X))}</p>"
    )
    rows, names = _chosen_inputs(examples)
    figure = scaling_figure(
        names, raw[rows], X[rows], labels, _theme(), SCALINGS[scaling].label.lower()
    )
    _chart("", figure, "scaling", keys)


def _chosen_inputs(examples: Examples) -> tuple[list[int], list[str]]:
    """Return which inputs are drawn; where there are many, draw the choice among them."""
    n, names = len(examples.X), list(examples.feature_names)
    if examples.image:  # those at the rim are alike: some from all over
        rows = [int(k) for k in np.linspace(0, n - 1, INPUTS + 2)[1:-1]]
        return rows, [names[k] for k in rows]
    if n <= INPUTS + 1:
        return list(range(n)), names
    starts = list(range(0, n, INPUTS))
    first = st.selectbox(
        "Inputs shown", starts, key=uploads.choice_key("inputs_shown"),
        format_func=lambda k: f"{k + 1} to {min(k + INPUTS, n)} of {n:,}",
        label_visibility="collapsed", width=180,
    )  # fmt: skip
    rows = list(range(first, min(first + INPUTS, n)))
    return rows, [names[k] for k in rows]


def _chart(
    title: str, figure: dict[str, Any], key: str, keys: Sequence[tuple[str, str]] = ()
) -> None:
    """Draw a chart below its title and what its colours mean: (name, colour) each."""
    with st.container(border=True, key=f"data_{key}"):
        if title:
            st.html(f"<h4 class='nl-chart-title'>{title}</h4>")
        if keys:
            st.html(_legend(keys))
        st.plotly_chart(figure, theme=None, config={"displayModeBar": False}, key=f"{key}_chart")


def _legend(keys: Sequence[tuple[str, str]]) -> str:
    """Return the names of colours as HTML."""
    return (
        "<p class='nl-keys'>"
        + "".join(
            f"<span><i style='background:{color}'></i>{escape(_short(name))}</span>"
            for name, color in keys
        )
        + "</p>"
    )
