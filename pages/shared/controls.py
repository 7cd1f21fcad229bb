"""The side bar: widgets for Config, generated from its fields and the registries.

Each widget shows the Config's value; its callback replaces the Config.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

import streamlit as st

from dnn.config import FIELDS, Config
from dnn.data.datasets import DATASETS, Dataset
from dnn.parts.activations import ACTIVATIONS
from dnn.registry import Entry
from dnn.settings import Setting
from lab.analysis.signal import weight_scales
from lab.intake.hand_drawn import by_hand
from lab.live.session.loop import Loop
from lab.teaching.presets import PRESETS
from pages.shared import changes, frames, messages, session, uploads, widgets
from pages.shared.page import all_pages

GROUPS = {"data": "Data", "network": "Network", "training": "Training"}
#: Kinds that share a row with another.
HALF = ("choice", "activation", "int", "float")
#: Fields of these kinds whose choices have long names.
WIDE = ("dataset", "optimizer")
#: More layers than this are edited as text.
ROWS = 8


def sidebar(loop: Loop) -> None:
    """Draw the side bar for the loop's Config."""
    if session.hidden("sidebar"):
        return
    with st.sidebar:
        brand()
        _start_from(loop.state.config)
        for group in GROUPS:
            _group(group)
        _facts(loop)


#: Pixels of the lab's bar of controls on a projector.
LAB_BAR = 98
#: How the lab's side bar is laid out: a heading, and the fields below it.
LAB = {
    "Network": ("activation", "batch_norm", "residual", "branch_scale"),
    "Starting weights": ("initializer", "sigma_w", "sigma_b", "seed"),
    "Data and training": ("dataset", "optimizer", "learning_rate", "clip_norm"),
}


def lab_sidebar(loop: Loop, first: Callable[[], None] | None = None) -> None:
    """Draw the gradients lab's side bar: what its question is about, and no more.

    first: draws what comes before all else.
    """
    if session.hidden("sidebar"):
        return
    with st.sidebar:
        brand()
        if first is not None:
            first()
        _start_from(loop.state.config)
        for heading in LAB:
            _lab_group(heading)
        _facts(loop)


#: The weight scales that the lab's slider goes over; it stands for a larger one at its end.
SIGMA_W = (0.3, 3.0)


@st.fragment
def lab_bar() -> None:
    """Draw what a lecture turns while it is projected: depth, activation, scale, learning rate."""
    if session.sidebar_outdated():
        st.rerun()
    config = session.state().config
    with st.container(key="lab_bar"):
        first, activation, scale, rate = st.columns(4, gap="medium")
    with first:
        depth(config)
    with activation:
        _activation("activation", FIELDS["activation"], config)
    with scale:
        _weight_scale(config)
    with rate:
        _marks("learning_rate", FIELDS["learning_rate"], config)


def _weight_scale(config: Config) -> None:
    """Draw σ_w of the hidden layers, whatever their starting weights are called."""
    low, high = SIGMA_W
    value = min(max(round(weight_scales(config)[0], 2), low), high) if config.hidden else 1.0
    key = widgets.key_for("lab_scale", value)
    st.slider(
        "Weight scale σ_w", low, high, value, 0.01, key=key, on_change=_rescale, args=(key,),
        help=help_of(FIELDS["sigma_w"]),
    )  # fmt: skip


def _rescale(key: str) -> None:
    if widgets.on_page(key):
        # From starting weights of another name only the scale is to change.
        sigma_b = round(weight_scales(session.state().config)[1], 4)
        changes.change(initializer="mean_field", sigma_w=float(widgets.value(key)), sigma_b=sigma_b)


@st.fragment
def _lab_group(heading: str) -> None:
    if session.sidebar_outdated():
        st.rerun()
    config = session.state().config
    fields = _shown(LAB[heading], config)
    shaped = heading == "Network" and not session.hidden("hidden")
    if not (fields or shaped):
        return
    st.html(f"<div class='nl-section'>{heading}</div>")
    if shaped:
        _shape(config)
    _rows(fields, config)
    if heading == "Network":
        _size(session.loop())


def _shape(config: Config) -> None:
    """Draw depth and width: all hidden layers alike."""
    depth(config)
    setting, width = FIELDS["hidden"], config.hidden[0] if config.hidden else 64
    key = widgets.key_for("lab_width", width)
    st.number_input(
        "Width", int(setting.min), int(setting.max), width, 16, key=key, on_change=_reshape,
        args=(key, "width"), help="The number of units in each hidden layer.",
    )  # fmt: skip


def depth(config: Config) -> None:
    """Draw the number of hidden layers, all of one width."""
    key = widgets.key_for("lab_depth", len(config.hidden))
    st.slider(
        "Depth", 1, FIELDS["hidden"].max_length, max(1, len(config.hidden)), key=key,
        on_change=_reshape, args=(key, "depth"),
        help="The number of hidden layers, all of the same width.",
    )  # fmt: skip


def _reshape(key: str, what: str) -> None:
    if not widgets.on_page(key):
        return
    hidden = session.state().config.hidden
    depth, width = max(1, len(hidden)), hidden[0] if hidden else 64
    value = int(widgets.value(key))
    depth, width = (value, width) if what == "depth" else (depth, value)
    changes.change(hidden=(width,) * depth)


def brand() -> None:
    with st.container(key="brand"):
        st.markdown("**:material/hub: Neural Lab**")
    if session.hidden("navigation"):
        return
    with st.container(horizontal=True, key="pages"):
        for page in all_pages():
            st.page_link(page.file, label=page.title, icon=f":material/{page.icon}:")


def message() -> None:
    """Draw the sentence about what could not be done, if there is one; seen on a phone too."""
    found = messages.problem()
    if found:
        title, text = found
        st.error(f"**{title}**\n\n" + "\n\n".join(map(escaped, text.split("\n"))))


def escaped(text: str) -> str:
    """Return text that Markdown shows as it stands."""
    return "".join("\\" + c if c in "\\`*_{}[]()#+-.!|<>~$:&" else c for c in text)


def _start_from(config: Config) -> None:
    if session.hidden("start_from"):
        return
    current = changes.preset_of(config) if session.state().given is None else None
    key, presets = widgets.key_for("start_from", current), list(PRESETS)
    st.selectbox(
        "Start from", presets, index=None if current is None else presets.index(current), key=key,
        format_func=lambda k: PRESETS[k].label, placeholder="Your own settings",
        on_change=_take_preset, args=(key,),
        help="Ready-made networks to start from: " + " ".join(p.help for p in PRESETS.values()),
    )  # fmt: skip


def _take_preset(key: str) -> None:
    if widgets.on_page(key) and widgets.value(key):
        changes.start_from(widgets.value(key))


@st.fragment
def _group(group: str) -> None:
    """Draw the fields of a group that matter now; those that few people change fold away.

    A fragment: a learning rate, which changes live, does not draw the whole page again.
    """
    if session.sidebar_outdated():
        st.rerun()
    config = session.state().config
    if group == "data" and session.state().given is not None:
        _own_data(session.state().given)
        return
    fields = _shown((n for n, s in FIELDS.items() if s.group == group), config)
    if not fields:
        return
    st.html(f"<div class='nl-section'>{GROUPS[group]}</div>")
    if "dataset" in fields:
        _pictures(config)
    _rows({n: s for n, s in fields.items() if not s.rare}, config)
    rare = {n: s for n, s in fields.items() if s.rare}
    if rare:
        # Drawn when it is opened: a third of the side bar, which few look at.
        more = st.expander("More", icon=":material/tune:", key=f"more_{group}", on_change="rerun")
        if more.open:
            with more:
                _rows(rare, config)
    if group == "network":
        _size(session.loop())


def _own_data(data: Dataset) -> None:
    """Draw what data the run is on, where it is none of the built-in sets, and the ways on."""
    st.html("<div class='nl-section'>Data</div>")
    kind = f"{len(data.class_names)} classes" if data.class_names else "a number to predict"
    st.html(
        f"<section class='nl-card'><h4>{escape(data.name)}</h4><p class='nl-size'>"
        f"{data.n_inputs:,} input{'s' * (data.n_inputs > 1)}, {kind}. Data of your own: no link "
        "carries it.</p></section>"
    )
    key = widgets.key_for("dataset_instead", None)
    st.selectbox(
        "Another data set", list(DATASETS), index=None, key=key,
        format_func=lambda k: DATASETS[k].label, placeholder="Built-in data instead",
        on_change=_changed, args=("dataset", key), label_visibility="collapsed",
    )  # fmt: skip
    if uploads.looked_at(data) and not session.hidden("navigation"):
        st.page_link("data.py", label="Target, inputs and scaling", icon=":material/table_chart:")


def _pictures(config: Config) -> None:
    """Draw the data sets as a row of pictures to press, beside their list."""
    key, sets = widgets.key_for("dataset_picture", config.dataset), FIELDS["dataset"].choices
    st.segmented_control(
        "Data set, by picture", list(sets), default=config.dataset, required=True, key=key,
        format_func=lambda k: f"![{sets[k].label}]({frames.PREFIX}/data/{k}.svg)",
        label_visibility="collapsed", width="stretch", on_change=_changed, args=("dataset", key),
    )  # fmt: skip


def _shown(names: Iterable[str], config: Config) -> dict[str, Setting]:
    """Return those fields that matter now and that the link does not hide."""
    return {n: FIELDS[n] for n in names if FIELDS[n].applies(config) and not session.hidden(n)}


def _rows(fields: dict[str, Setting], config: Config) -> None:
    """Draw fields in their order, small ones two in a row."""
    left = None
    for name, setting in fields.items():
        draw = WIDGETS[setting.kind]
        if setting.kind not in HALF or name in WIDE:
            left = None
            draw(name, setting, config)
        elif left is None:
            first, left = st.columns(2, gap="small")
            with first:
                draw(name, setting, config)
        else:
            with left:
                draw(name, setting, config)
            left = None


def help_of(setting: Setting, chosen: Any = None) -> str:
    """Return the help of a field, with formula and source of what is chosen.

    While a lesson's question waits for its answer nothing about what is chosen, and nothing at all
    about the lesson's own settings: they would be the answer.
    """
    loop = session.loop()
    if loop.state.lesson is not None and loop.state.withheld:
        own = any(setting is FIELDS[name] for name in loop.state.lesson.free)
        return "" if own else setting.help
    parts = [setting.help]
    if isinstance(chosen, Entry):
        parts.append(f"**{chosen.label}**: {chosen.help} `{chosen.formula}` ({chosen.source})")
    elif setting.formula:
        parts.append(f"`{setting.formula}`")
    return "\n\n".join(parts)


def _entry(setting: Setting, key: Any) -> Any:
    known = isinstance(setting.choices, Mapping) and key in setting.choices
    return setting.choices[key] if known else None


def _changed(name: str, key: str, read: Callable[[Any], Any] = lambda v: v) -> None:
    if widgets.on_page(key):
        changes.change(**{name: read(widgets.value(key))})


# --- one function a kind -------------------------------------------------------------------------


def _choice(name: str, setting: Setting, config: Config) -> None:
    value = setting.write(getattr(config, name))
    options = ([setting.none] if setting.none else []) + list(setting.choices)
    key = widgets.key_for(f"config_{name}", value)

    def label(option: str) -> str:
        # The same words whatever it comes to: the browser answers with an option's label, and one
        # that changes is not found again.
        if option == setting.none:
            return "automatic"
        entry = _entry(setting, option)
        return entry.label if entry else option

    st.selectbox(
        setting.label, options, index=options.index(value), format_func=label, key=key,
        on_change=_typed, args=(name, key), help=help_of(setting, _entry(setting, value)),
    )  # fmt: skip


def _int(name: str, setting: Setting, config: Config) -> None:
    value = getattr(config, name)
    if not setting.marks:
        key = widgets.key_for(f"config_{name}", value)
        st.number_input(
            setting.label, int(setting.min), int(setting.max), value, int(setting.step), key=key,
            on_change=_changed, args=(name, key), help=help_of(setting),
        )  # fmt: skip
        return
    numbers = sorted({int(m) for m in setting.marks} | ({value} if value else set()))
    texts = ([setting.none] if setting.none else []) + [str(n) for n in numbers]
    shown = setting.write(value)
    key = widgets.key_for(f"config_{name}", shown)
    st.selectbox(
        setting.label, texts, index=texts.index(shown), key=key, accept_new_options=True,
        format_func=lambda t: setting.none_label if t == setting.none else t,
        on_change=_typed, args=(name, key),
        help=f"{help_of(setting)} Pick one or type one.".strip(),
    )  # fmt: skip


def _float(name: str, setting: Setting, config: Config) -> None:
    value = getattr(config, name)
    key = widgets.key_for(f"config_{name}", value)
    top = math.nextafter(setting.max, 0.0) if setting.below else setting.max
    st.number_input(
        setting.label, setting.min, top, value, float(setting.step), format="%g", key=key,
        on_change=_changed, args=(name, key), help=help_of(setting),
    )  # fmt: skip


def _log(name: str, setting: Setting, config: Config) -> None:
    value = getattr(config, name)
    text_key = widgets.key_for(f"config_{name}_text", f"{value:g}")
    slider, text = st.columns([2.4, 1], gap="small", vertical_alignment="bottom")
    with slider:
        _marks(name, setting, config)
    text.text_input(
        f"{setting.label}, typed", f"{value:g}", key=text_key, label_visibility="collapsed",
        on_change=_typed, args=(name, text_key), max_chars=20,
    )  # fmt: skip


def _marks(name: str, setting: Setting, config: Config) -> None:
    """Draw a slider over the usual values, and the present one."""
    value = getattr(config, name)
    key = widgets.key_for(f"config_{name}", value)
    st.select_slider(
        setting.label, sorted({float(m) for m in setting.marks} | {value}), value, key=key,
        format_func=lambda v: f"{v:g}", on_change=_changed, args=(name, key),
        help=help_of(setting),
    )  # fmt: skip


def _typed(name: str, key: str) -> None:
    if widgets.on_page(key):
        changes.change_text(name, str(widgets.value(key) or ""))


def _features(name: str, setting: Setting, config: Config) -> None:
    value = list(getattr(config, name))
    key = widgets.key_for(f"config_{name}", value)
    st.pills(
        setting.label, list(setting.choices), selection_mode="multi", default=value, key=key,
        format_func=lambda k: setting.choices[k].label, on_change=_changed,
        args=(name, key, lambda chosen: tuple(k for k in setting.choices if k in chosen)),
        help=help_of(setting),
    )  # fmt: skip


def _switch(name: str, setting: Setting, config: Config) -> None:
    value = getattr(config, name)
    key = widgets.key_for(f"config_{name}", value)
    st.toggle(
        setting.label, value, key=key, on_change=_changed, args=(name, key), help=help_of(setting)
    )


def _activation(name: str, setting: Setting, config: Config) -> None:
    """One activation for all hidden layers; each layer's own stands in its row."""
    value = getattr(config, name)
    mixed = not isinstance(value, str)
    options = (["mixed"] if mixed else []) + list(setting.choices)
    shown = "mixed" if mixed else value
    key = widgets.key_for(f"config_{name}", shown)
    st.selectbox(
        setting.label, options, index=options.index(shown), key=key,
        format_func=lambda k: "one for each layer" if k == "mixed" else setting.choices[k].label,
        on_change=_all_layers, args=(key,),
        help=help_of(setting, None if mixed else ACTIVATIONS[value]),
    )  # fmt: skip


def _all_layers(key: str) -> None:
    if widgets.on_page(key) and widgets.value(key) != "mixed":
        changes.change(activation=widgets.value(key))


def _layers(name: str, setting: Setting, config: Config) -> None:
    """A row a layer: width and activation; buttons that add and remove the last one."""
    hidden = config.hidden
    if len(hidden) > ROWS:
        key = widgets.key_for("config_hidden_text", setting.write(hidden))
        st.text_input(
            f"{setting.label}: {len(hidden)}, their widths", setting.write(hidden), key=key,
            on_change=_typed,
            args=(name, key),
            help=f"{help_of(setting)} Widths are joined by hyphens: 16-16-8.".strip(),
        )  # fmt: skip
    else:
        for l in range(len(hidden)):
            _layer(l, setting, config)
    add, remove = st.columns(2, gap="small")
    # By the return value, which is true once: a callback may be called twice for one click.
    if add.button(
        "Add layer", key="add_layer", width="stretch", disabled=len(hidden) >= setting.max_length
    ):
        changes.change(hidden=(*hidden, hidden[-1] if hidden else 4))
        st.rerun()
    if remove.button("Remove last", key="remove_layer", width="stretch", disabled=not hidden):
        changes.change(hidden=hidden[:-1])
        st.rerun()


def _layer(l: int, setting: Setting, config: Config) -> None:
    width, own = st.columns([1.15, 1], gap="small")
    key = widgets.key_for(f"config_hidden_{l}", config.hidden[l])
    width.number_input(
        f"Units of layer {l + 1}", int(setting.min), int(setting.max), config.hidden[l], key=key,
        label_visibility="collapsed", on_change=_resize, args=(l, key), icon=_digit(l + 1),
    )  # fmt: skip
    key = widgets.key_for(f"config_activation_{l}", config.activations[l])
    own.selectbox(
        f"Activation of layer {l + 1}", list(ACTIVATIONS), key=key,
        index=list(ACTIVATIONS).index(config.activations[l]),
        format_func=lambda k: ACTIVATIONS[k].label, label_visibility="collapsed",
        on_change=_reactivate, args=(l, key),
    )  # fmt: skip


def _digit(number: int) -> str:
    return f":material/counter_{number}:"


def _resize(l: int, key: str) -> None:
    hidden = session.state().config.hidden
    if widgets.on_page(key) and l < len(hidden):
        changes.change(hidden=(*hidden[:l], int(widgets.value(key)), *hidden[l + 1 :]))


def _reactivate(l: int, key: str) -> None:
    keys = session.state().config.activations
    if widgets.on_page(key) and l < len(keys):
        changes.change(activation=(*keys[:l], widgets.value(key), *keys[l + 1 :]))


WIDGETS: dict[str, Callable[[str, Setting, Config], None]] = {
    "choice": _choice,
    "int": _int,
    "float": _float,
    "log": _log,
    "switch": _switch,
    "features": _features,
    "activation": _activation,
    "layers": _layers,
}


def _size(loop: Loop) -> None:
    """Draw how large the network is, where it is set: a depth that changes draws this part only."""
    layers, size = loop.state.run.layout.sizes, f"{loop.state.run.layout.size:,} parameters"
    few = len(layers) <= ROWS + 2
    st.caption(f"{'–'.join(map(str, layers))}: {size}." if few else f"{size}.")


def _facts(loop: Loop) -> None:
    data = loop.state.run.data
    # Of points that are being drawn the panels count, which are there at every stroke.
    told = data is not None and not by_hand(data)
    points = f"{data.m_train:,} training and {data.m_test:,} test examples. " if told else ""
    st.caption(
        f"{points}What trains it (learning rate, batch size, penalties, dropout, clipping) changes "
        "live; everything else starts a new network."
    )
