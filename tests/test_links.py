"""What a link says: changes and a step made anew, names to be hidden, and damaged links."""

from __future__ import annotations

import string
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from test_page import shown
from visits import buttons, checked, config, errors, found, opened, press, query

import dnn
from dnn.config import FIELDS, LIVE_FIELDS, Config, from_query, to_query
from dnn.run.training import Change
from lab import link as links
from lab.frame import fingerprint
from lab.link import (
    LONGEST,
    Link,
    changes_from_text,
    changes_text,
    check_changes,
    farthest,
    link_text,
    step_from_text,
)
from lab.live.executors import InlineExecutor
from lab.live.session.loop import Loop
from lab.view import CHOICES, LINKED, View, view_from_query
from pages.shared import hiding, link_reading, share
from pages.shared.widgets import VERSION

SMALL = {"dataset": "xor", "samples": 60, "hidden": (3, 2), "batch_size": 7}
QUERY = {"dataset": "xor", "samples": "60", "hidden": "3-2", "batch_size": "7"}
EXAMPLE = "12:learning_rate:0.003,20:w1.2.0:0.5,20:b3.0:-1.25,31:batch_size:full"


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")


def session_loop(at: AppTest) -> Loop:
    return at.session_state["loop"]


def trained(changes: tuple[Change, ...], step: int) -> dnn.Run:
    """Return the run that a link describes, made without the page."""
    run = dnn.start(Config(**SMALL))
    for made in changes:
        run = dnn.applied(dnn.advance(run, made.step - run.step)[0], made)
    return dnn.advance(run, step - run.step)[0]


# --- the text of changes --------------------------------------------------------------------------


def test_changes_are_read_as_they_are_written():
    changes = changes_from_text(EXAMPLE)
    assert changes == (
        Change(12, "learning_rate", 0.003),
        Change(20, "w1.2.0", 0.5),
        Change(20, "b3.0", -1.25),
        Change(31, "batch_size", None),
    )
    assert changes_text(changes) == EXAMPLE
    assert changes_from_text("") == ()


def live_value(name):
    """Return a strategy for allowed values of a live field."""
    about = FIELDS[name]
    if about.kind == "choice":
        return st.sampled_from(list(about.choices))
    if about.kind == "int":
        numbers = st.integers(int(about.min), int(about.max))
        return st.none() | numbers if about.none else numbers
    return st.floats(about.min, about.max)


parameters = st.one_of(
    st.tuples(st.integers(1, 9999), st.integers(0, 99999), st.integers(0, 99999)).map(
        lambda p: f"w{p[0]}.{p[1]}.{p[2]}"
    ),
    st.tuples(st.integers(1, 9999), st.integers(0, 99999)).map(lambda p: f"b{p[0]}.{p[1]}"),
)
anything_made = st.tuples(
    st.integers(0, links.LAST_STEP),
    st.one_of(
        st.sampled_from(LIVE_FIELDS).flatmap(lambda n: st.tuples(st.just(n), live_value(n))),
        st.tuples(parameters, st.floats(-1e6, 1e6)),
    ),
).map(lambda made: Change(made[0], *made[1]))


@given(st.lists(anything_made, max_size=40))
def test_every_list_of_changes_survives_a_link(made):
    changes = tuple(sorted(made, key=lambda change: change.step))
    assert changes_from_text(changes_text(changes)) == changes


@given(st.text(alphabet=string.printable + "١²", max_size=80))
def test_any_other_text_is_one_sentence(text):
    said, changes = "", ()
    try:
        changes = changes_from_text(text)
    except ValueError as error:
        said = str(error)
        assert said
    assert changes_from_text(changes_text(changes)) == changes
    assert "\n" not in said
    assert not said or said.startswith("changes: ")
    assert len(said) < 400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12", "write step:setting:value"),
        ("12:learning_rate", "write step:setting:value"),
        ("x:learning_rate:0.1", "write step:setting:value"),
        ("-1:learning_rate:0.1", "write step:setting:value"),
        ("99999999999:learning_rate:0.1", "write step:setting:value"),
        ("9999999999:learning_rate:0.1", "write step:setting:value"),
        ("1:learning_rate:-3", "learning_rate: -3.0 is not allowed"),
        ("1:learning_rate:nan", "learning_rate: nan is not allowed"),
        ("1:hidden:3", "what can change"),
        ("1:seed:3", "what can change"),
        ("1:__class__:3", "what can change"),
        ("1:w1.0:3", "what can change"),
        ("1:w1.0.0:nan", "what can change"),
        ("1:w1.0.0:1_0", "what can change"),
        ("1:w1.0.0:--", "what can change"),
        ("5:l2:0.1,4:l2:0.2", "step 4 comes after step 5"),
        ("1:l2:0.1,", "write step:setting:value"),
        ("," * 50, "write step:setting:value"),
        ("1:l2:0.1," * 9000, "too many"),
    ],
)
def test_bad_changes_are_refused(text, message):
    with pytest.raises(ValueError, match=message) as caught:
        changes_from_text(text)
    assert str(caught.value).startswith("changes: ")


@pytest.mark.parametrize("text", ["-1", "1e3", "1.5", "", "nan", "9" * 60_000, "٣", "1000000001"])
def test_bad_steps_are_refused(text):
    with pytest.raises(ValueError, match=r"step: .* from 0 to 1,000,000,000"):
        step_from_text(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1:w9.0.0:1", "layer: 9"),
        ("1:w1.3.0:1", "unit: 3"),
        ("1:w1.0.2:1", "source: 2"),
        ("1:b3.1:1", "unit: 1"),
        ("1:w1.0.0:2e6", "value: 2000000.0"),
        ("1:w1.0.0:1e999", "value: inf"),
    ],
)
def test_changes_that_this_network_has_no_place_for(text, message):
    run = dnn.start(Config(**SMALL))
    with pytest.raises(ValueError, match=message):
        check_changes(run, changes_from_text(text))


def test_a_batch_of_one_under_batch_normalisation_is_refused():
    run = dnn.start(Config(**SMALL, batch_norm=True))
    with pytest.raises(ValueError, match=r"changes: .*batch"):
        check_changes(run, changes_from_text("5:batch_size:1"))


def test_edits_of_a_large_network_are_few(monkeypatch):
    run = dnn.start(Config(**SMALL))
    made = tuple(Change(0, "w1.0.0", float(k)) for k in range(10))
    monkeypatch.setattr(links, "MAX_COPIED", 9 * run.layout.size)
    check_changes(run, made[:9])
    with pytest.raises(ValueError, match=r"changes: 10 weights .* up to 9"):
        check_changes(run, made)


def test_how_far_a_step_may_be_depends_on_the_work():
    small = dnn.start(Config(**SMALL))
    large = dnn.start(Config(**{**SMALL, "hidden": (400, 400)}))
    assert farthest(small) > 1_000_000
    assert farthest(large) < farthest(small) / 50
    assert farthest(large, changes_from_text("5:batch_size:full")) < farthest(large)


# --- the loop makes what a link says --------------------------------------------------------------


def follow(text: str, step: int | None, playing: bool = False) -> Loop:
    made = Loop(InlineExecutor(), Config(**SMALL), View(), playing)
    made.follow(Link(changes_from_text(text), step))
    return made


@pytest.mark.parametrize("step", [0, 20, 25, 60])
def test_a_step_is_recomputed_bit_for_bit(step):
    text = ",".join(part for part in EXAMPLE.split(",") if int(part.split(":")[0]) <= step)
    made = follow(text, step)
    for _ in range(20):
        frame = shown(made)
    expected = trained(changes_from_text(text), step)
    assert made.state.run.step == step
    assert not made.state.playing
    assert frame["numbers"]["fingerprint"] == fingerprint(expected) == fingerprint(made.state.run)
    assert made.state.run.changes == expected.changes
    assert made.state.config == expected.config


def test_without_a_step_changes_are_made_as_training_comes_to_them():
    made = follow(EXAMPLE, None)
    assert shown(made)["numbers"]["step"] == 0
    made.step(40)
    for _ in range(12):
        shown(made)
    expected = trained(changes_from_text(EXAMPLE), 40)
    assert fingerprint(made.state.run) == fingerprint(expected)
    assert made.state.config.learning_rate == 0.003
    assert made.page_behind


def test_a_link_that_plays_goes_on_from_its_step():
    made = follow(EXAMPLE, 40, playing=True)
    for _ in range(12):
        frame = shown(made)
    assert frame["playing"]
    assert made.state.run.step > 40


def test_while_it_is_recomputed_the_page_says_so_and_can_stop():
    made = follow("", 200_000)
    frame = shown(made)
    assert frame["status"]["text"].startswith("Recomputing the link's step: ")
    assert "of 200,000" in frame["status"]["text"]
    made.pause()
    stopped = shown(made)
    assert not stopped["playing"]
    assert 0 < made.state.run.step < 200_000
    made.play()
    assert "of 200,000" in shown(made)["status"]["text"]


def test_recomputing_stops_after_a_while_and_says_so(monkeypatch):
    monkeypatch.setattr("lab.live.session.replay.RECOMPUTING", 0.0)
    made = follow("", 200_000)
    shown(made)
    frame = shown(made)
    assert "Press Play to go on towards it" in frame["notice"]
    assert not made.state.playing


def test_a_change_of_ones_own_ends_the_links():
    made = follow(EXAMPLE, None)
    shown(made)
    made.edit(1, 0, 0, 2.0)
    assert "yours" in shown(made)["notice"]
    made.step(40)
    for _ in range(12):
        shown(made)
    assert [c.field for c in made.state.run.changes] == ["w1.0.0"]


def test_a_reset_while_recomputing_stops_it():
    made = follow("", 200_000)
    shown(made)
    made.reset()
    frame = shown(made)
    assert (frame["numbers"]["step"], frame["playing"]) == (0, False)


# --- the page -------------------------------------------------------------------------------------


def test_a_link_opens_at_its_step():
    at = opened(**QUERY, changes=EXAMPLE, step="40")
    for _ in range(12):
        shown(session_loop(at))
    run = session_loop(at).state.run
    assert not errors(at)
    assert fingerprint(run) == fingerprint(trained(changes_from_text(EXAMPLE), 40))
    checked(at)
    assert query(at)["changes"] == EXAMPLE
    assert query(at)["step"] == "40"
    assert "learning_rate" not in query(at)
    assert found(at.select_slider, "config_learning_rate").value == 0.003


def test_after_a_step_more_the_address_is_that_of_the_settings():
    at = opened(**QUERY, changes="3:learning_rate:0.1", step="5")
    for _ in range(6):
        shown(session_loop(at))
    press(at, "step")
    shown(session_loop(at))
    checked(at)
    assert "changes" not in query(at)
    assert query(at)["learning_rate"] == "0.1"


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"changes": "banana"}, "changes"),
        ({"changes": "5:w9.0.0:1"}, "layer"),
        ({"changes": "5:l2:0.1," * 5000}, "too many"),
        ({"step": "soon"}, "step"),
        ({"step": "900000000"}, "too long to recompute"),
        ({"step": "9" * 60_000}, "step"),
        ({"hide": "weights,nonsense"}, "nonsense"),
        ({"hide": "x" * 60_000}, "hide"),
        ({"hide": ",".join(["weights"] * 500)}, "hide"),
        ({"learning_rte": "0.1"}, "did you mean learning"),
        ({"noise": "loud", "step": "5"}, "left out"),
        ({"play": "banana"}, "play: 'banana' is not allowed; choose 1 or 0"),
        ({"banana": "1"}, "banana is not known and was left out"),
        ({f"banana{i}": "1" for i in range(50)}, "and 45 more names"),
        ({"k" * 60_000: "1"}, "is not known"),
        ({"pinned": "9.1"}, "pinned: layer 9 is not there"),
        ({"pinned": "[1]"}, "pinned: '[1]' is not allowed"),
        ({"learning_rate": "1e999"}, "learning_rate: inf is not allowed"),
        ({"samples": "9" * 4000}, "samples: "),
        ({"pinned": "1.99"}, "pinned: neuron 99 is not there; layer 1 has"),
        ({"space_layer": "99"}, "space_layer: layer 99 is not there; choose last or 1 to"),
        ({"space_layer": "last", "space_units": "1-999"}, "space_units: 1-999 are not both there"),
    ],
)
def test_a_damaged_link_is_a_sentence_and_a_working_page(extra, words):
    at = opened(**{**QUERY, **extra})
    assert words in errors(at).replace("\\", "")
    assert len(errors(at)) < 1200
    assert session_loop(at).state.run.step == 0
    press(at, "step")
    shown(session_loop(at))
    assert session_loop(at).state.run.step == 1


def test_somebody_elses_keys_are_left_alone():
    assert not errors(opened(**QUERY, utm_source="x", fbclid="y" * 5000))


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "nan", "inf", "-1", "9" * 400, "on", "None", "[]", "\x00", "😀", "1:2:3"]),
)


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, *LINKED, "theme", "__class__", "__init__"]) | st.text(max_size=9),
        HOSTILE,
        max_size=12,
    )
)
def test_any_query_is_a_config_or_a_sentence_a_field(sent):
    """No query raises anything but sentences, each of which begins with its field's name."""
    said = [view_from_query(sent)[1]]
    try:
        from_query(sent)
    except ValueError as error:
        said.append(str(error).split("\n"))
    for lines in said:
        names = [line.split(":")[0] for line in lines]
        assert len(set(names)) == len(names)
        assert set(names) <= {*FIELDS, *LINKED}
        assert max(map(len, lines), default=0) < 400


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, *LINKED, *link_reading.BESIDE, "junk"]), HOSTILE, max_size=6
    )
)
def test_any_link_opens_a_page(sent):
    at = opened(**{key: text for key, text in sent.items() if "\x00" not in text})
    assert at.button(key="share")
    assert len(errors(at)) < 6000


# --- hiding ---------------------------------------------------------------------------------------


def test_everything_that_can_be_hidden_has_a_label_of_its_own():
    assert set(FIELDS) <= set(hiding.HIDEABLE)
    assert len(set(hiding.HIDEABLE.values())) == len(hiding.HIDEABLE)
    assert set(hiding.SWITCHES) <= set(LINKED)
    assert set(CHOICES) - {"theme", "page"} <= set(hiding.HIDEABLE), "some with their panel"
    named = (hiding.panels(), hiding.BESIDE, hiding.BUTTONS, hiding.PLACES)
    parts = (*named, hiding.SWITCHES, hiding.SETTINGS)
    assert sum(map(len, parts)) == len(hiding.HIDEABLE), "no name hides two things unawares"


def widgets(at: AppTest) -> set[str]:
    kinds = (at.button, at.selectbox, at.number_input, at.select_slider, at.toggle, at.pills,
             at.segmented_control, at.text_input)  # fmt: skip
    return {w.key.partition(VERSION)[0] for kind in kinds for w in kind if w.key}


FULL = {"batch_norm": "on", "residual": "on", "hidden": "4-4", "initializer": "mean_field",
        "optimizer": "adam", "schedule": next(
            k for k, s in FIELDS["schedule"].choices.items() if "schedule_decay" in s.uses
        )}  # fmt: skip


@pytest.fixture(scope="module")
def whole():
    """Return the widgets of the page that hides nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEURAL_LAB_EXECUTOR", "inline")
        return widgets(opened(**FULL))


#: All names of the side bar's settings and of the buttons: each hides its own widget and no other.
HIDING = {
    **{name: {f"config_{name}"} for name in FIELDS if name not in ("momentum", "rho", "hidden")},
    **{name: {name} for name in hiding.BUTTONS},
    "play": {"play", "pause"},
    "dataset": {"config_dataset", "dataset_picture"},
}


@pytest.mark.parametrize("name", HIDING)
def test_every_setting_and_button_can_be_hidden_alone(whole, name):
    """One page a name; that the widget is there at all, one page says for all names."""
    gone = HIDING[name]
    assert gone <= whole
    left = widgets(opened(**FULL, hide=name))
    assert not gone & left
    assert {key for key in whole - left if not key.startswith(tuple(gone))} == set()


def test_hidden_layers_can_be_hidden():
    gone = widgets(opened(hide="hidden"))
    assert not any(key.startswith(("config_hidden", "add_layer", "remove_layer")) for key in gone)


def test_the_side_bar_can_be_hidden_and_start_from():
    assert "start_from" not in widgets(opened(hide="start_from"))
    assert not any(key.startswith("config_") for key in widgets(opened(hide="sidebar")))


def test_hidden_panels_switches_and_numbers_are_not_sent():
    made = Loop(InlineExecutor(), Config(**SMALL), View(hide=("weights", "show_test")), False)
    frame = shown(made)
    assert set(frame["panels"]) == {"network", "boundary", "cost", "gradients"}
    assert frame["partial"]
    switches = [c["key"] for c in frame["panels"]["boundary"]["controls"]]
    assert "discretise" in switches
    assert "show_test" not in switches
    whole = shown(Loop(InlineExecutor(), Config(**SMALL), View(), False))
    assert not whole["partial"]
    bare = shown(Loop(InlineExecutor(), Config(**SMALL), View(hide=("metrics",)), False))
    assert bare["metrics"] == []


def test_one_name_hides_both_of_a_pair():
    made = Loop(InlineExecutor(), Config(**SMALL), View(page="twins", hide=("cost",)), False)
    assert set(shown(made)["panels"]) == {"a_signal", "a_boundary", "b_signal", "b_boundary"}


def test_what_is_hidden_stays_in_the_address():
    at = press(opened(dataset="xor", hide="reset,weights"), "step")
    assert query(at)["hide"] == "reset,weights"


# --- the dialog -----------------------------------------------------------------------------------


def shared(at: AppTest) -> dict[str, str]:
    """Return the parameters of the link in the dialog."""
    text = at.code[0].value
    if text.startswith("<iframe"):
        text = text.split('"')[1].replace("&amp;", "&")
    return dict(parse_qsl(urlsplit(text).query, keep_blank_values=True))


def in_dialog(**sent: str) -> AppTest:
    at = opened(**sent)
    at.button(key="share").click().run()
    assert not at.exception
    return at


def test_the_dialog_shows_the_link():
    at = in_dialog(**QUERY, learning_rate="0.03")
    assert shared(at) == {**QUERY, "learning_rate": "0.03"}


def test_the_dialog_offers_the_step_and_carries_the_changes():
    at = opened(**QUERY)
    loop = session_loop(at)
    loop.step(6)
    shown(loop)
    loop.configure(Config(**SMALL, learning_rate=0.1))
    loop.edit(1, 0, 1, 0.75)
    for _ in range(3):
        shown(loop)
    at.button(key="share").click().run()
    sent = shared(at)
    assert sent["step"] == "6"
    assert sent["changes"] == "6:learning_rate:0.1,6:w1.0.1:0.75"
    assert "learning_rate" not in sent, "the network starts as it did"
    again = opened(**sent)
    for _ in range(4):
        shown(session_loop(again))
    assert fingerprint(session_loop(again).state.run) == fingerprint(loop.state.run)
    at.radio(key="share_moment").set_value("start")
    at.button(key="share").click().run()
    assert "step" not in shared(at)


def test_the_dialog_says_what_a_link_leaves_out():
    at = opened(**QUERY)
    loop = session_loop(at)
    shown(loop)
    for k in range(400):
        loop.state.run = dnn.edit(dnn.advance(loop.state.run, 1)[0], 1, 0, 0, k / 7)
    assert len(changes_text(loop.state.run.changes)) > LONGEST
    at.button(key="share").click().run()
    assert "400 times" in at.warning[0].value
    assert "changes" not in shared(at)
    assert "step" not in shared(at)


def test_the_dialog_hides_plays_projects_and_embeds():
    at = in_dialog(**QUERY)
    at.multiselect(key="hide").set_value(["learning_rate", "reset"])
    for key in ("share_plays", "share_present", "share_embed"):
        at.toggle(key=key).set_value(True)
    at.button(key="share").click().run()  # a press inside runs the whole page here
    assert not at.exception
    assert at.code[0].value.startswith("<iframe src=")
    assert shared(at) == {
        **QUERY, "hide": "learning_rate,reset", "play": "1", "present": "1", "embed": "true",
    }  # fmt: skip


def test_a_step_that_takes_too_long_is_not_offered(monkeypatch):
    monkeypatch.setattr(links, "MAX_REPLAY", 1e5)
    at = opened(**QUERY)
    loop = session_loop(at)
    loop.step(50)
    shown(loop)
    at.button(key="share").click().run()
    assert at.radio(key="share_moment").options == ["At the start"]
    assert "too long to recompute" in " ".join(c.value for c in at.caption)
    assert "step" not in shared(at)


def test_an_address_is_whole_and_readable(monkeypatch):
    class Context:
        url = "https://lab.example.org"

    monkeypatch.setattr(share.st, "context", Context)
    sent = {"changes": "5:l2:0.1,6:w1.0.0:-1.0", "hide": "a,b"}
    link = share.address(sent)
    assert link == "https://lab.example.org/?changes=5:l2:0.1,6:w1.0.0:-1.0&hide=a,b"


def test_a_link_says_no_more_than_it_has_to():
    assert link_text(Link()) == {}
    assert link_text(Link((), 0)) == {"step": "0"}
    assert to_query(Config()) == {}


def test_every_page_opens_with_its_parameters():
    for page in ("gradients.py", "twins.py"):
        at = opened(page, **QUERY, hide="learning_rate,optimizer,cost")
        assert not errors(at)
        assert "config_learning_rate" not in widgets(at)
        assert "share" in buttons(at)
        assert config(at).hidden == (3, 2)
