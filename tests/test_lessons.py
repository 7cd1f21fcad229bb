"""Lessons: each played to its end by what it asks for, and not complete before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from visits import settled

from dnn.config import Config
from dnn.run.history import History
from dnn.run.inference import guessing_cost
from dnn.run.training import start
from lab.live.executors import InlineExecutor
from lab.live.session.loop import Loop
from lab.live.worker import start_record
from lab.teaching.lessons import LESSONS, State
from lab.teaching.lessons.saturated import right
from lab.teaching.lessons.sigmoid import left
from lab.teaching.questions import QUESTIONS, USUAL
from lab.view import View

#: What is done in each lesson: settings to change and steps to train, goal by goal; and which
#: choice comes true.
PLAYS = {
    "neuron": ([({}, 120)], 0),
    "xor": ([({}, 300), ({"hidden": (4,)}, 400)], 0),
    "fewest": ([({"hidden": (2,)}, 1000), ({"hidden": (3,), "seed": 1}, 900)], 1),
    "rate": ([({}, 300), ({"learning_rate": 1.0}, 300), ({"learning_rate": 30.0}, 300)], 2),
    "zeros": ([({}, 300), ({"initializer": "glorot"}, 500)], 2),
    "batches": ([({}, 20), ({"batch_size": 32}, 160), ({"batch_size": 1}, 5000)], 2),
    "overfit": ([({}, 600), ({"l2": 0.01}, 600), ({"l2": 0.0, "dropout": 0.5}, 600)], 2),
    "sigmoid": ([({"hidden": (16,) * 10}, 0), ({"activation": "relu"}, 0)], 2),
    "he": ([({}, 200), ({"hidden": (16,) * 5}, 300)], 1),
    "clipping": ([({}, 100), ({"clip_norm": 1.0}, 1500)], 0),
    "residual": (
        [({}, 300), ({"batch_norm": True}, 300), ({"batch_norm": False, "residual": True}, 300)],
        2,
    ),
    "adam": ([({}, 500), ({"optimizer": "adam", "learning_rate": 0.01}, 500)], 1),
    "saturated": ([({}, 100), ({"loss": "logistic", "hidden": ()}, 100)], 1),
    "weights": ([({}, 1000), ({"l1": 0.01}, 1000), ({"l1": 0.0, "l2": 0.01}, 1000)], 0),
}  # fmt: skip


def opened(key):
    """Return a session's loop as the lesson's link opens it, paused."""
    lesson = LESSONS[key]
    view = View(**{"page": lesson.page, "lesson": key, "predict": True, **lesson.view})
    twin = (lesson.twin,) if lesson.twin else ()
    return Loop(InlineExecutor(), lesson.config, view, False, *twin)


def play(loop, fields, steps):
    """Change settings, begin anew with them, train, and return the page's message."""
    if fields:
        loop.configure(replace(loop.state.config, **fields))
        loop.reset()
    settled(loop)
    if steps:
        loop.step(steps)
    return settled(loop)


def goals(message):
    return [goal["done"] for goal in message["lesson"]["goals"]]


@pytest.mark.parametrize("key", LESSONS)
def test_each_is_played_to_its_end_goal_by_goal_and_is_not_complete_before(key):
    loop, (stages, came) = opened(key), PLAYS[key]
    message = settled(loop)
    assert not any(goals(message)), "nothing is reached by opening it"
    loop.answer(came)
    for n, (fields, steps) in enumerate(stages):
        assert not message["lesson"]["done"]
        assert message["lesson"]["take_away"] is None
        message = play(loop, fields, steps)
        assert goals(message) == [i <= n for i in range(len(stages))], message["lesson"]["goals"]
    shown = message["lesson"]
    assert shown["done"]
    choice = LESSONS[key].question.choices[came]
    assert shown["answer"] == {
        "verb": "Predicted", "said": choice, "came": choice, "right": True,
        "mark": "✓ as predicted",
    }  # fmt: skip
    assert "{" not in shown["take_away"]
    assert "nan" not in shown["take_away"]


@pytest.mark.parametrize("key", [key for key, (stages, _) in PLAYS.items() if len(stages) > 1])
def test_waiting_alone_completes_none_that_asks_for_a_change(key):
    loop = opened(key)
    settled(loop)
    loop.step(1200)
    message = settled(loop)
    assert not all(goals(message))
    assert not message["lesson"]["done"]


@pytest.mark.parametrize("choice", [2, 0])
def test_an_answer_given_after_the_run_is_no_prediction(choice):
    loop, (stages, came) = opened("residual"), PLAYS["residual"]
    assert came == 2
    for fields, steps in stages:
        play(loop, fields, steps)
    loop.answer(choice)
    answer = settled(loop)["lesson"]["answer"]
    assert answer["right"] is None
    assert (answer["verb"], answer["mark"]) == ("Answered", "answered after the run")
    assert answer["said"].endswith(" (at step 300)")
    assert answer["came"] == LESSONS["residual"].question.choices[2]


def test_where_charts_wait_an_answer_is_late_only_once_they_were_revealed():
    answers = []
    for seen in (False, True):
        loop = opened("sigmoid")
        assert play(loop, {"hidden": (16,) * 10}, 0)["lesson"]["held"]
        if seen:
            loop.reveal(True)
            loop.reveal(False)
        loop.answer(2)
        answers.append(settled(loop)["lesson"]["answer"]["mark"])
    assert answers == ["✓ as predicted", "answered after the run"]


def test_sigmoids_are_to_be_deepened_with_their_own_starting_weights():
    loop = opened("sigmoid")
    small = {"initializer": "normal", "sigma_w": 0.001}
    assert goals(play(loop, small, 0)) == [False, False], "nothing was deepened"
    loop.reveal(True)
    message = play(loop, {"hidden": (16,) * 4}, 0)
    assert goals(message) == [False, False], "these weights lose the error, not the sigmoids"
    assert "starting weights" in message["lesson"]["goals"][0]["missing"]
    own = {"initializer": LESSONS["sigmoid"].config.initializer}
    assert goals(play(loop, {**own, "hidden": (16,) * 10}, 0)) == [True, False]


@pytest.mark.parametrize("seed", range(6))
def test_a_sigmoid_layer_passes_on_about_a_quarter_and_no_half(seed):
    run = start(replace(LESSONS["sigmoid"].config, hidden=(16,) * 10, seed=seed))
    state = State(run, History().extend(start_record(run)), View())
    assert 0.1 < left(state) ** (1 / 9) < 0.3
    assert LESSONS["sigmoid"].question.outcome(state, {"lost": 1.0}) == 2


def test_a_lesson_whose_charts_are_its_answer_has_none_on_any_page():
    for page in ("gradients", "layers", "playground"):
        view = View(page=page, lesson="sigmoid", predict=True)
        loop = Loop(InlineExecutor(), LESSONS["sigmoid"].config, view, False)
        held = settled(loop)
        assert held["panels"] == {}
        assert held["lesson"]["held"]
        loop.answer(0)
        assert settled(loop)["panels"], page


def test_a_divergence_is_not_shown_before_somebody_has_predicted_it():
    loop = opened("clipping")
    settled(loop)
    loop.step(50)
    hidden = settled(loop)
    assert loop.state.run.diverged
    shown = [hidden["panels"]["cost"], hidden["status"], hidden["panels"]["cost"]["figure"]]
    assert "iverged" not in str(shown)
    assert "topped" not in str(shown)
    loop.answer(0)
    told = settled(loop)
    assert told["status"]["text"].startswith("Diverged at step")
    assert "diverged" in str(told["panels"]["cost"]["figure"])


def test_clipping_is_learned_by_the_norm_which_keeps_the_direction():
    loop = opened("clipping")
    settled(loop)
    assert goals(play(loop, {"clip_value": 0.1}, 600)) == [False, False]
    assert loop.state.run.diverged is None
    # It jumps for some hundred steps, as rounding has it, and then learns on every processor.
    message = play(loop, {"clip_value": 0.0, "clip_norm": 1.0}, 1500)
    assert goals(message) == [False, True]
    assert 0.6 < guessing_cost(loop.state.run) < 0.7, "what the goal asks for is below guessing"


def test_the_saturated_neuron_is_judged_by_its_own_answers():
    loop = opened("saturated")
    play(loop, {}, 200)
    (W, b), (V, _) = loop.state.run.weights
    X, y = loop.state.run.data.X_train, loop.state.run.data.Y_train
    own = sum((W[0] @ x + b[0, 0] > 0) == (t > 0.5) for x, t in zip(X.T, y[0], strict=True))
    state = State(loop.state.run, loop.state.history, loop.state.view)
    assert right(state) == pytest.approx(100 * own / len(X.T))
    assert right(state) < 5, "it has not turned round"
    assert state.last("train_score") > 0.95, "the linear output behind it has"
    assert V[0, 0] < 0


def test_a_lessons_rates_are_written_as_they_are_set():
    loop, (stages, came) = opened("rate"), PLAYS["rate"]
    loop.answer(came)
    for fields, steps in stages:
        message = play(loop, fields, steps)
    taken = message["lesson"]["take_away"]
    assert "steps: 0.001 leaves" in taken
    assert ", 1 brings" in taken
    assert ", 30 has a median of" in taken


def test_the_fewest_neurons_are_not_told_before_they_are_guessed():
    loop = opened("fewest")
    assert "13" not in str(settled(loop)["lesson"])
    message = play(loop, {"hidden": (8,)}, 1500)
    assert "fewer will do" in message["lesson"]["goals"][1]["missing"]
    assert "13" not in str(message["lesson"])


def test_every_lesson_is_played_here_and_there_are_enough():
    assert set(PLAYS) == set(LESSONS)
    assert len(LESSONS) >= 12


VANISHING = Config(
    dataset="circle", samples=60, hidden=(8,) * 6, activation="sigmoid", optimizer="sgd"
)
#: Where each page says what is the matter, in a frame.
VERDICTS = {
    "layers": lambda message: message["findings"],
    "gradients": lambda message: message["verdict"],
    "playground": lambda message: message["panels"]["gradients"]["badge"],
}


@pytest.mark.parametrize("page", VERDICTS)
@pytest.mark.parametrize("how", ["answer", "reveal"])
def test_verdicts_are_not_in_a_frame_before_somebody_has_predicted(page, how):
    loop = Loop(InlineExecutor(), VANISHING, View(page=page, predict=True), playing=False)
    loop.step(10)
    hidden = settled(loop)
    assert not hidden["verdict"]
    assert not hidden.get("findings")
    assert not any(p["badge"] or p["banner"] for p in hidden["panels"].values())
    if how == "answer":
        loop.answer(0)
    else:
        loop.reveal(True)
    assert VERDICTS[page](settled(loop))


OVERFITS = LESSONS["overfit"].config
TRAINS = Config(dataset="circle", samples=100, hidden=(8,))
#: Learns, and is not yet at half of what guessing costs after 500 steps.
SLOWLY = replace(TRAINS, optimizer="sgd", learning_rate=0.03)
#: A network on a page, and which choice of the page's question comes true for it.
OUTCOMES = [
    ("playground", TRAINS, 0),
    ("playground", SLOWLY, 0),
    ("playground", replace(TRAINS, optimizer="sgd", learning_rate=1e-6), 1),
    ("layers", replace(TRAINS, optimizer="sgd", learning_rate=100.0), 2),
    ("results", replace(TRAINS, optimizer="sgd", learning_rate=1e-6), 0),
    ("results", OVERFITS, 2),
    ("gradients", replace(VANISHING, activation="sigmoid"), 0),
    ("gradients", replace(VANISHING, activation="relu", initializer="he"), 1),
    ("gradients", replace(VANISHING, activation="relu", initializer="normal", sigma_w=2.0), 2),
    ("twins", replace(TRAINS, optimizer="sgd", learning_rate=1e-6, initializer="he"), 2),
]


@pytest.mark.parametrize(("page", "config", "came"), OUTCOMES)
def test_what_comes_of_a_pages_question_is_read_from_the_run(page, config, came):
    loop = Loop(InlineExecutor(), config, View(page=page, predict=True), playing=False)
    loop.reveal(True)
    assert settled(loop)["lesson"]["answer"]["came"] == "" or page == "gradients"
    loop.step(510)
    message = settled(loop)
    assert message["lesson"]["answer"]["came"] == QUESTIONS.get(page, USUAL).choices[came]


@pytest.mark.parametrize("present", [True, False])
def test_on_a_projector_twins_below_a_question_leave_their_planes_out(present):
    lesson = LESSONS["he"]
    view = View(page="twins", lesson="he", predict=True, present=present)
    loop = Loop(InlineExecutor(), lesson.config, view, False, lesson.twin)
    message = settled(loop)
    assert ("a_boundary" in message["panels"]) != present
    assert {"a_cost", "b_cost"} <= set(message["panels"])
    assert not message["partial"]
