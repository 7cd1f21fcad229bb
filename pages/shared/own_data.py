"""The page Data: what was brought, the choices it leaves, and the button that trains on it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from dnn.config import Config
from dnn.data.datasets import DATASETS
from dnn.data.scalings import SCALINGS
from dnn.files.limits import MAX_COLUMNS, MAX_FILE_BYTES, MAX_ROWS
from lab.figures.inputs import effect_sentence
from lab.intake import MISSING, Arrays, Examples, Prepared, Table, classic
from lab.intake.proposal import proposed, reasons
from lab.intake.scaling_effect import effect
from pages.shared import changes, session, uploads
from pages.shared.controls import brand, escaped, message
from pages.shared.preview import (
    after_scaling,
    balance,
    first_rows,
    how_read,
    pictures,
)
from pages.shared.sources import (
    ARRAYS,
    AT_HAND,
    PICTURES,
    TABLES,
    Source,
    at_hand,
    built_in,
    is_pictures,
    read_files,
)

KINDS = {"classes": "Classes", "real": "A number"}
INTRO = (
    "Bring a table, arrays or pictures, see what a network would be given, and train one on it. "
    "The run on screen goes on until you press Train."
)
#: Where the page goes on with what was brought.
ANCHOR = "brought"
PRIVATE = (
    "Your file is read in this session only: no other visitor sees it, and nothing of it is kept "
    "when you close the page."
)


def data_page() -> None:
    """Draw the page, with its side bar."""
    session.read_link()
    with st.sidebar:
        brand()
    message()
    page()


def page() -> None:
    """Draw the page."""
    st.html(f"<h3 class='nl-title'>Data</h3><p class='nl-claim'>{INTRO}</p>")
    own, known = st.columns([1, 1.9], gap="medium")
    with own:
        _upload()
    with known:
        _cards()
    source = uploads.source()
    if source is not None:
        _look_at(source)


# --- where it comes from -------------------------------------------------------------------------


def _upload() -> None:
    st.html("<div class='nl-section'>Your own</div>")
    given = st.file_uploader(
        "A table (CSV, TSV), arrays (NPZ: X and Y) or pictures (HDF5)",
        [*TABLES, *ARRAYS, *PICTURES], accept_multiple_files=True, key="own_data",
        on_change=uploads.upload_changed, max_upload_size=max(1, MAX_FILE_BYTES // 1_000_000),
        help=f"Up to {MAX_ROWS:,} examples of {MAX_COLUMNS:,} inputs. Pictures may come as two "
        "files, one to train and one to test with. " + PRIVATE,
    )  # fmt: skip
    new = uploads.files_to_read(tuple((file.file_id, file.name, file.size) for file in given))
    if new is not None:
        try:
            uploads.bring(_read([(f.name, f.getvalue(), k in new) for k, f in enumerate(given)]))
            uploads.refused("")
        except ValueError as error:
            uploads.refused(str(error))
    if given and uploads.refusal():
        st.error(escaped(f"Not read: {uploads.refusal()}"))
    elif getattr(uploads.source(), "uploaded", ()):
        with st.container(key="read_below"):  # on a narrow page the cards are in between
            name = escaped(uploads.source().name)
            st.markdown(f"Read: {name}. [See it and train on it](#{ANCHOR})")


def _read(given: list[tuple[str, bytes, bool]]) -> Source:
    """Return what was uploaded last: (name, bytes, whether it is new) of each file there.

    Pictures to train and to test with may come one after the other. Raises ValueError.
    """
    new = [(name, blob) for name, blob, is_new in given if is_new]
    earlier = [(name, blob) for name, blob, is_new in given if not is_new]
    if len(new) == 1 and earlier and all(is_pictures(n) for n, _ in (earlier[-1], new[0])):
        with suppress(ValueError):
            return _of([earlier[-1], new[0]])
    return _of(new)


def _of(files: list[tuple[str, bytes]]) -> Source:
    """Return what files hold, and which they were. Raises ValueError."""
    return replace(read_files(files), uploaded=tuple((name, len(blob)) for name, blob in files))


def _cards() -> None:
    """Draw the real tables, and the classic demo where its files are there: one click each."""
    st.html("<div class='nl-section'>Real data at hand</div>")
    demo = classic.found_in(os.environ.get("NEURAL_LAB_DATA", ""))
    keys = [*AT_HAND, *(["classic"] if demo else [])]
    for row in (keys[:3], keys[3:]):
        for key, place in zip(row, st.columns(3, gap="small"), strict=False):
            with place, st.container(border=True, key=f"card_{key}"):
                if key == "classic":
                    _classic_card(demo)
                else:
                    _card(key)


def _card(key: str) -> None:
    entry = DATASETS[key]
    what = f"{len(entry.class_names)} classes" if entry.class_names else "a number to predict"
    inputs = "8 × 8 pixels" if key == "digits" else f"{len(entry.feature_names)} inputs"
    st.html(
        f"<h4 class='nl-chart-title'>{entry.label.removesuffix(' (regression)')}</h4>"
        f"<p class='nl-size'>{entry.samples:,} {AT_HAND[key]} · {inputs} · {what}</p>"
    )
    with st.container(horizontal=True, gap="small"):
        if st.button("Train", key=f"train_{key}", icon=":material/play_arrow:"):
            made = at_hand(key).what.prepared()  # type: ignore[union-attr]
            _train(built_in(proposed(made.data), key), None)
        if st.button("Look", key=f"look_{key}", icon=":material/search:"):
            uploads.bring(at_hand(key))
            st.rerun()


def _classic_card(paths: Any) -> None:
    st.html(
        "<h4 class='nl-chart-title'>Cat or not: the classic demo</h4><p class='nl-size'>"
        "209 + 50 pictures · 64 × 64 × 3 · 2 classes · 12288–15–12–7–5–2–1</p>"
    )
    with st.container(horizontal=True, gap="small"):
        if st.button("Train", key="train_classic", icon=":material/play_arrow:"):
            try:
                _train_classic(classic.read(paths))
            except ValueError as error:
                st.error(escaped(str(error)))
        if st.button("Look", key="look_classic", icon=":material/search:"):
            try:
                uploads.bring(Source("cat / non-cat", classic.read(paths)))
                st.rerun()
            except ValueError as error:
                st.error(escaped(str(error)))


def _train_classic(examples: Examples) -> None:
    data = examples.prepared(scaling=classic.CONFIG.scaling).data
    weights = classic.original_weights((data.n_inputs, *classic.HIDDEN, 1))
    session.loop().set_speed("full")  # a step is an epoch here: one a picture would take minutes
    _train(classic.CONFIG, data, weights)


def _train(config: Config, data: Any, weights: Any = None) -> None:
    """Put the run on screen; where no network can be made of it, say why."""
    try:
        changes.train_on(config, data, weights)
    except ValueError as error:
        st.error(escaped(f"Not trained: {error}"))
        return
    st.switch_page("playground.py")


# --- what it is ----------------------------------------------------------------------------------


def _look_at(source: Source) -> None:
    """Draw the choices that data leaves at the left, and what it looks like at the right."""
    st.html(f"<div class='nl-section' id='{ANCHOR}'>{escape(source.name)}</div>")
    left, right = st.columns([1, 1.9], gap="medium")
    chosen = uploads.choices()
    with left:
        first = st.container()
        _choose(source, chosen)
        picked = (*_frozen(chosen), source.name)
        try:
            examples: Examples = uploads.made("examples", picked, lambda: source.examples(chosen))
            prepared: Prepared = uploads.made(
                "prepared", picked,
                lambda: examples.prepared(chosen["train_share"], chosen["scaling"]),
            )  # fmt: skip
        except ValueError as error:
            first.error(escaped(str(error)))
            examples = None  # type: ignore[assignment]
        if examples is not None:
            with first:  # above the choices, so that nobody has to scroll for the button
                _proposal(source, examples, prepared, chosen)
    with right:
        how_read(source, examples)
        if examples is not None and examples.image:
            pictures(examples)
        else:
            first_rows(source, examples, chosen.get("target"))
        if examples is not None:
            balance(examples, prepared)
            after_scaling(examples, prepared, chosen["scaling"])


def _frozen(chosen: dict[str, Any]) -> tuple:
    """Return a choice as what can be compared."""
    return tuple(sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in chosen.items()))


def _choose(source: Source, chosen: dict[str, Any]) -> None:
    """Draw what is to be chosen of data, and take it."""
    if isinstance(source.what, Table):
        _choose_columns(source, source.what, chosen)
    elif isinstance(source.what, Arrays):
        _choose_orientation(source.what, chosen)
    pixels = getattr(source.what, "pixels", bool(getattr(source.what, "image", ())))
    first = "by_255" if pixels and not source.dataset else "standard"
    options = list(SCALINGS)
    chosen["scaling"] = st.selectbox(
        "Scaling of the inputs", options, index=options.index(chosen.get("scaling", first)),
        format_func=lambda key: SCALINGS[key].label, key=uploads.choice_key("scaling"),
        help="Fitted on the training part only. " + " ".join(
            f"**{s.label}**: {s.help}" for s in SCALINGS.values()
        ),
    )  # fmt: skip
    split = isinstance(source.what, Table | Arrays) or source.what.n_train is None
    if getattr(source.what, "n_train", None) is None and split:
        chosen["train_share"] = st.slider(
            "Training share", 0.1, 0.9, chosen.get("train_share", 0.7), 0.1,
            key=uploads.choice_key("share"), help="The rest of the examples tests the network.",
        )  # fmt: skip
    else:
        chosen["train_share"] = 0.7
        st.caption("The file says which examples train and which test.")


def _choose_columns(source: Source, table: Table, chosen: dict[str, Any]) -> None:
    names = list(table.names)
    target = chosen.get("target") or table.suggested_target
    chosen["target"] = st.selectbox(
        "Target: what is to be predicted", names, index=names.index(target),
        key=uploads.choice_key("target"),
    )  # fmt: skip
    others = [c.name for c in table.columns if c.usable and c.name != chosen["target"]]
    usual = [c.name for c in table.inputs_of(chosen["target"])]
    every = st.toggle(
        f"All other columns are inputs ({len(usual):,})", chosen.get("features") is None,
        key=uploads.choice_key("every"),
    )  # fmt: skip
    if every:
        chosen["features"] = None
    else:
        before = [name for name in chosen.get("features") or usual if name in others]
        chosen["features"] = st.multiselect(
            "Inputs", others, before, key=uploads.choice_key("features_of_" + chosen["target"])
        )
    if table.column(chosen["target"]).kind == "number":
        # "" rather than None, which would leave all of them unmarked.
        picked = st.segmented_control(
            "Learned as", ["", *KINDS], default=chosen.get("kind") or "", required=True,
            format_func=lambda kind: KINDS.get(kind, "Automatic"),
            key=uploads.choice_key("kind_of_" + chosen["target"]),
        )  # fmt: skip
        chosen["kind"] = picked or None
    else:
        chosen["kind"] = None
    if any(column.missing for column in table.columns):
        _choose_missing(chosen)
    header = st.toggle(
        "The first row is the header", table.header, key=uploads.choice_key("header")
    )
    if header != table.header:
        _read_again(source, header)


def _read_again(source: Source, header: bool) -> None:
    """Read a table's bytes again, with or without a row of names."""
    try:
        uploads.bring(replace(source, what=read_files([("t.csv", *source.files)], header).what))
    except ValueError as error:
        st.error(escaped(f"Not read so: {error}"))
        return
    st.rerun()


def _choose_missing(chosen: dict[str, Any]) -> None:
    options = list(MISSING)
    chosen["missing"] = st.radio(
        "Where an input is missing", options,
        index=options.index(chosen.get("missing", "drop")),
        format_func=lambda key: MISSING[key][:1].upper() + MISSING[key][1:],
        key=uploads.choice_key("missing"),
    )  # fmt: skip


def _choose_orientation(arrays: Arrays, chosen: dict[str, Any]) -> None:
    """Ask whether rows or columns are examples, with what the reader thinks."""
    if arrays.certain:
        st.caption(escaped(arrays.reason))
        return
    rows, columns = arrays.X.shape
    words = {
        False: f"Rows: {rows:,} examples of {columns:,} inputs (m, n)",
        True: f"Columns: {columns:,} examples of {rows:,} inputs (n, m)",
    }
    chosen["columns"] = st.radio(
        "How are the examples arranged in X?", [False, True],
        index=int(chosen.get("columns", arrays.columns)), format_func=words.__getitem__,
        key=uploads.choice_key("columns"), help=escaped(arrays.reason),
    )  # fmt: skip


def _proposal(
    source: Source, examples: Examples, prepared: Prepared, chosen: dict[str, Any]
) -> None:
    """Draw what kind of problem it is, the network proposed for it, and the button that trains."""
    problem, data = examples.problem, prepared.data
    names = len(problem.class_names)
    kind = f"{names} classes" if names else "A number"
    st.html(
        "<section class='nl-card'><h4>What the network learns</h4>"
        f"<p><b>{kind}</b>: {escape(problem.output)}. {escape(problem.reason)}</p>"
        + "".join(f"<p>{escape(note)}</p>" for note in prepared.notes)
        + "</section>"
    )
    try:
        config = proposed(data, chosen["train_share"], chosen["scaling"])
    except ValueError as error:
        st.error(escaped(f"No network here can learn this: {error}"))
        return
    # First, so that nobody takes the sentences on the network proposed for those on this one.
    if classic.is_classic(examples) and st.button(
        "Train the classic demo", type="primary", key="train_demo", width="stretch",
        icon=":material/play_arrow:",
    ):  # fmt: skip
        _train_classic(examples)
    _scaling_matters(examples, config, chosen)
    st.caption(escaped(f"Proposed: {reasons(config, data)}. Change it while it trains."))
    if st.button(
        "Train on this data", key="train_own", width="stretch", icon=":material/play_arrow:",
        type="secondary" if classic.is_classic(examples) else "primary",
    ):  # fmt: skip
        known = built_in(config, source.dataset) if source.dataset else config
        _train(known, None if source.dataset else data)


def _scaling_matters(examples: Examples, config: Config, chosen: dict[str, Any]) -> None:
    """Say what the scaling does to gradients and learning: measured on the network proposed."""
    one = chosen["scaling"] if chosen["scaling"] != "none" else "standard"
    share = chosen["train_share"]

    def measured() -> str:
        data = {key: examples.prepared(share, key).data for key in (one, "none")}
        found = [effect(replace(config, scaling=key), data[key]) for key in data]
        real, many = data[one].target == "real", data[one].n_inputs > 1
        return effect_sentence(*found, real, many)

    key = (*_frozen(chosen), one)
    try:
        words = uploads.made("effect", key, measured)
    except ValueError:
        return  # too large without it as well
    st.html(f"<p class='nl-read'><b>{SCALINGS[one].label}:</b> {escape(words)}</p>")
