"""Links with a lesson or a question, page by page: what they say, and what wrong ones are told."""

from __future__ import annotations

import pytest
from visits import checked, errors, loop, opened, press, query, settled

from lab.experiments import EXPERIMENTS, NOT_HERE, REPRODUCED
from lab.experiments.experiment import Outcome
from lab.teaching.lessons import LESSONS
from lab.teaching.questions import QUESTIONS, USUAL

#: The pages with a network, by name and file.
OTHERS = ("layers", "results", "gradients", "twins")
LIVE = {"playground": "", **{name: f"{name}.py" for name in OTHERS}}
#: Those that show none.
OTHER = ("data.py", "experiments.py", "walk.py", "glossary.py")
#: A network that takes no time.
SMALL = {"dataset": "circle", "samples": "60", "hidden": "8-8"}
TITLE = "**This link can't be shown as it is:**"


pytestmark = pytest.mark.usefixtures("inline")


def frame(at):
    """Return what the page's panels are sent, once the run has come to rest."""
    loop(at).pause()
    return settled(loop(at))


def said(at):
    """Return the sentences below the title, as they were before they were escaped."""
    title, *sentences = errors(at).replace("\\", "").split("\n\n")
    assert title == TITLE
    return sentences


@pytest.mark.parametrize(
    ("file", "name"),
    [
        *[(file, "xorr") for file in (*LIVE.values(), *OTHER)],
        *[("", name) for name in ("nothing like it", "<b>?</b>", "x" * 200)],
    ],
)
def test_a_lesson_that_is_not_there_is_one_sentence(file, name):
    at = opened(file, lesson=name, **SMALL)
    (sentence,) = said(at)
    assert sentence.startswith(f"lesson: {name[:40]!r} is not known; ")
    assert sentence.endswith("did you mean xor?") or all(key in sentence for key in LESSONS)
    assert loop(at).state.view.lesson == ""
    assert not loop(at).state.playing
    assert frame(at)["lesson"] is None


def test_a_lesson_may_be_typed_in_capitals():
    at = opened(lesson=" XOR ")
    assert not at.error
    assert loop(at).state.view.lesson == "xor"
    assert query(at) == {"lesson": "xor"}


@pytest.mark.parametrize("file", [*LIVE.values(), *OTHER])
def test_a_wrong_switch_of_predictions_is_one_sentence(file):
    at = opened(file, predict="maybe", **SMALL)
    (sentence,) = said(at)
    assert sentence == "predict: 'maybe' is not allowed; choose on or off"
    assert not loop(at).state.view.predict
    assert "reveal" not in [button.key for button in at.button]


@pytest.mark.parametrize("page", LIVE)
def test_every_page_asks_its_own_question(page):
    at = opened(LIVE[page], predict="1", **SMALL)
    assert not at.error
    shown = frame(at)["lesson"]
    assert shown["question"] == QUESTIONS.get(page, USUAL).text
    assert shown["choices"] == list(QUESTIONS.get(page, USUAL).choices)
    assert not shown["lesson"]
    assert query(at)["predict"] == "on"
    press(at, "reveal")
    assert frame(at)["lesson"]["answer"]["said"] == ""
    press(at, "reveal")
    assert frame(at)["lesson"]["answer"] is None


@pytest.mark.parametrize("key", LESSONS)
def test_a_lessons_link_says_no_more_than_its_name_and_its_page_shows_its_goals(key):
    lesson = LESSONS[key]
    at = opened(LIVE[lesson.page], lesson=key)
    assert not at.error
    shown = frame(at)["lesson"]
    assert shown["question"] == lesson.question.text
    assert [goal["text"] for goal in shown["goals"]] == [goal.text for goal in lesson.goals]
    assert loop(at).state.config == lesson.config
    assert query(at) == {"lesson": key}


@pytest.mark.parametrize("key", ["xor", "sigmoid", "he", "weights"])
def test_lesson_hide_and_present_go_together(key):
    lesson = LESSONS[key]
    hide = "share,metrics,learning_rate"
    at = opened(LIVE[lesson.page], lesson=key, hide=hide, present="1")
    assert not at.error
    message = frame(at)
    assert message["present"]
    assert message["metrics"] == []
    assert message["lesson"]["title"] == lesson.title
    keys = [button.key for button in at.button]
    assert "share" not in keys
    assert "reveal" in keys
    assert query(at) == {"lesson": key, "hide": hide, "present": "on"}


@pytest.mark.parametrize(
    ("key", "labels"),
    [
        ("rate", {"Learning rate"}), ("batches", {"Batch size"}), ("weights", {"L1 penalty"}),
        ("clipping", {"Clip the norm"}), ("overfit", {"L2 penalty", "Dropout"}), ("he", {"Depth"}),
        ("residual", {"Batch normalisation", "Residual connections"}),
        ("adam", {"Optimiser", "Learning rate"}), ("zeros", {"Starting weights"}),
        ("saturated", {"Cost", "Hidden layers: their widths, as 8-4"}),
        ("fewest", {"Hidden layers: their widths, as 8-4"}),
    ],
)  # fmt: skip
def test_a_projected_lesson_has_the_settings_that_its_goals_ask_for(key, labels):
    at = opened(LIVE[LESSONS[key].page], lesson=key, present="1")
    assert not at.error
    kinds = ("slider", "select_slider", "selectbox", "number_input", "text_input", "toggle")
    shown = {widget.label for kind in kinds for widget in at.get(kind)}
    assert labels <= shown
    assert not at.sidebar.selectbox


def test_widths_typed_above_a_projected_lesson_make_its_network():
    at = opened(lesson="xor", present="1")
    (field,) = [w for w in at.text_input if w.label.startswith("Hidden layers")]
    field.set_value("4-2")
    checked(at.run())
    assert loop(at).state.config.hidden == (4, 2)
    (field,) = [w for w in at.text_input if w.label.startswith("Hidden layers")]
    field.set_value("lots")
    assert "hidden" in errors(at.run())
    assert loop(at).state.config.hidden == (4, 2)


@pytest.mark.parametrize(
    ("key", "label", "words"),
    [
        ("zeros", "Starting weights", "start equal and stay equal"),
        ("sigmoid", "Activation", "slope is at most"),
        ("fewest", "Data set", "three units can close"),
    ],
)
def test_help_that_gives_the_answer_away_waits_for_one(key, label, words):
    at = opened(LIVE[LESSONS[key].page], lesson=key)

    def help_():
        return next(box.help for box in at.selectbox if box.label == label)

    assert words not in help_()
    loop(at).answer(0)
    checked(at)
    assert words in help_()


def test_a_lesson_without_predictions_hides_nothing_and_has_no_reveal():
    at = opened("gradients.py", lesson="sigmoid", predict="0")
    assert frame(at)["verdict"]
    assert "reveal" not in [button.key for button in at.button]
    assert query(at) == {"lesson": "sigmoid", "predict": "off"}


def test_start_from_waits_for_an_answer():
    at = opened(predict="1", **SMALL)
    assert not [box for box in at.selectbox if box.label == "Start from"]
    loop(at).answer(0)
    assert [box for box in checked(at).selectbox if box.label == "Start from"]


# --- published experiments -----------------------------------------------------------------------

#: Words of an outcome that must not be seen before somebody has predicted.
MEASURED = Outcome(((1.0, 0.25),), "It was 0.25.", REPRODUCED, "As asked.")


@pytest.fixture
def measured():
    """Return the page of an experiment that has been run, with predictions first."""
    at = opened("experiments.py", predict="1", experiment="selu")
    trials = at.session_state["trials"]
    trials.outcomes |= {"selu": MEASURED, "saxe": MEASURED}
    trials.seconds |= {"selu": 1.0, "saxe": 1.0}
    return checked(at)


def words(at):
    """Return all that the page says of outcomes: its own HTML, and the list's buttons."""
    own = "".join(element.proto.body for element in at.get("html"))
    return own + "".join(button.label for button in at.button if "experiment_" in button.key)


def gives_away(at):
    return [sign for sign in ("0.25", "As asked", "✓", "≠", "reproduced<") if sign in words(at)]


def test_an_experiments_outcome_waits_for_a_prediction(measured):
    assert gives_away(measured) == []
    assert "once you have predicted" in words(measured)
    press(measured, "predict_reproduced")
    assert (
        "Predicted: </span><b>Yes: reproduced</b> <span>The run: </span><b>reproduced</b>"
        in words(measured)
    )
    assert "✓ as predicted" in words(measured)
    assert "It was 0.25." in words(measured)
    labels = {button.key: button.label for button in measured.button}
    assert labels["experiment_selu"].endswith(" ✓")
    assert labels["experiment_saxe"].endswith(" ?"), "this one has not been predicted yet"


def test_a_wrong_prediction_is_told_and_stays(measured):
    press(measured, "predict_not_at_this_size")
    assert "✗ not as predicted" in words(measured)
    assert "predict_reproduced" not in [button.key for button in measured.button]
    trials = measured.session_state["trials"]
    trials.predict("selu", REPRODUCED)
    assert trials.predicted == {"selu": NOT_HERE}


def test_the_teacher_reveals_outcomes_and_hides_them_again(measured):
    press(measured, "reveal")
    assert "It was 0.25." in words(measured)
    assert "Predicted" not in words(measured)
    press(measured, "reveal")
    assert gives_away(measured) == []


def test_without_predictions_first_outcomes_are_shown_at_once():
    at = opened("experiments.py", experiment="selu")
    at.session_state["trials"].outcomes["selu"] = MEASURED
    at.session_state["trials"].seconds["selu"] = 1.0
    assert "It was 0.25." in words(checked(at))
    assert "reveal" not in [button.key for button in at.button]
    assert set(query(at)) <= {"experiment"}
    assert "selu" in EXPERIMENTS
