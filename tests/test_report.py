"""The printable report: what it says of a run, what it holds back, and that names stay text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

import dnn
from dnn.run.history import History
from dnn.run.inference import predict
from lab.analysis.diagnosis import diagnose
from lab.figures import cost_figure
from lab.figures.svg import svg
from lab.live.twins import twin
from lab.live.worker import start_record
from lab.report import HELD, report, value_words
from lab.report.qr import qr_svg
from lab.teaching.attending import Attending
from lab.teaching.lessons import LESSONS
from lab.teaching.questions import USUAL
from lab.text.numbers import number
from lab.view import View

CONFIG = dnn.Config(dataset="circle", hidden=(6, 4), samples=100)
LINK = "http://lab.example.org/?dataset=circle&step=60"
#: What a person may call a class or a column.
EVIL = "<img src=x onerror=alert(1)>\"'&amp;</table>"


def watched(config=CONFIG, steps=60, data=None, **change):
    """Return a run and its history, with a live change half way."""
    run = dnn.start(config, data)
    history = History().extend(start_record(run))
    run, records = dnn.advance(run, steps // 2, dnn.Watch(5))
    history = history.extend(records)
    run = dnn.change(run, **change)
    run, records = dnn.advance(run, steps - steps // 2, dnn.Watch(5))
    return run, history.extend(records)


class Reader(HTMLParser):
    """What a browser makes of a page: its elements, and the words of each table's rows."""

    VOID = ("meta", "br", "img", "link", "input")

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.rows, self.open, self.words = [], [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.words.append(data)
        if self.open and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def test_it_stands_alone():
    html = report(*watched(), link=LINK)
    read = Reader(html)
    assert not {"script", "link", "img", "iframe", "object"} & set(read.tags)
    loaded = [v for _, name, v in read.attributes if name in ("src", "data", "xlink:href")]
    assert loaded == []
    links = [v for tag, name, v in read.attributes if name == "href"]
    assert links == [LINK]
    assert not re.search(r"url\((?!#)|@import|@font-face", html)
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]


def test_costs_scores_and_confusion_are_those_of_the_run():
    run, history = watched()
    read = Reader(report(run, history, link=LINK))
    last = next(row for row in read.rows if row[0] == "60")
    assert last[2:4] == [number(history[n][-1]) for n in ("train_cost", "test_cost")]
    data = run.data
    said = (predict(run, data.X_test)[0] > 0.5).astype(int)
    true = data.Y_test[0].astype(int)
    counts = [[int(np.sum((true == i) & (said == j))) for j in (0, 1)] for i in (0, 1)]
    table = next(i for i, row in enumerate(read.rows) if row[0] == "true ↓ predicted →")
    assert read.rows[table] == ["true ↓ predicted →", "0", "1"]
    matrix = [list(map(int, row[1:])) for row in read.rows[table + 1 : table + 3]]
    assert matrix == counts
    assert f"{np.trace(counts)} of 50 test examples are right" in read.text
    best = int(np.argmin(history["test_cost"]))
    lowest = f"{number(history['test_cost'][best])}, at step {history['step'][best]}"
    assert f"lowest test cost on record is {lowest}" in read.text


def test_settings_that_are_not_the_default_are_marked_and_changes_are_listed():
    config = replace(CONFIG, optimizer="sgd", learning_rate=0.3, dropout=0.1)
    read = Reader(report(*watched(config, learning_rate=0.03)))
    html = report(*watched(config, learning_rate=0.03))
    marked = {re.sub("<.*", "", m) for m in re.findall(r"<tr data-set><td>(.*?)</td>", html)}
    assert marked == {
        "Data set", "Examples", "Hidden layers", "Optimiser", "Learning rate", "Dropout"
    }  # fmt: skip
    assert ["Learning rate", "0.3default: 0.01"] in read.rows
    assert ["30", "learning rate 0.03"] in read.rows
    assert not any(row[0] == "β₁" for row in read.rows), "Adam's own settings do not act here"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("hidden", (), "none"), ("hidden", (8, 4), "8–4"), ("batch_size", None, "all of them"),
        ("l2", 0.0, "off"), ("batch_norm", True, "on"), ("optimizer", "sgd", "Gradient descent"),
        ("hidden", (16,) * 20, "20 layers of 16"), ("seed", 12345, "12345"),
        ("samples", 1000, "1,000"), ("epsilon", 1e-8, "10⁻⁸"),
    ],
)  # fmt: skip
def test_values_are_said_as_people_read_them(name, value, words):
    assert value_words(name, replace(dnn.Config(), **{name: value})) == words


def test_names_that_people_gave_are_text_and_nothing_else():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3, 60))
    data = dnn.Dataset(
        X[:, :40], (X[0, :40] > 0).astype(int), X[:, 40:], (X[0, 40:] > 0).astype(int),
        name=EVIL, feature_names=[f"{EVIL}{i}" for i in range(3)],
        class_names=[EVIL, "</td></tr></table><script>alert(2)</script>"],
    )  # fmt: skip
    note = f"No link {EVIL}"
    html = report(*watched(CONFIG, data=data), note=note, own=True)
    read = Reader(html)
    assert ["Data set", EVIL] in read.rows
    assert not any(row[0] == "Noise" for row in read.rows), "no setting has made this data"
    assert not {"script", "img"} & set(read.tags)
    assert EVIL in "".join(read.words)
    assert "<img" not in html
    evil_link = 'http://h/?a="><script>alert(3)</script>'
    assert "script" not in Reader(report(*watched(), link=evil_link)).tags


def test_many_classes_of_long_names_stand_beside_the_rows_and_are_numbered_above():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(2, 90)), np.arange(90) % 9
    names = [f"{'a very long name of a class ' * 2}{k}" for k in range(9)]
    data = dnn.Dataset(X[:, :45], y[:45], X[:, 45:], y[45:], class_names=names)
    read = Reader(report(*watched(CONFIG, 10, data=data), own=True))
    table = next(i for i, row in enumerate(read.rows) if row[0] == "true ↓ predicted →")
    assert read.rows[table][1:] == list("123456789")
    first = [row[0] for row in read.rows[table + 1 : table + 10]]
    assert first == [f"{k} a very long name of a c…" for k in range(1, 10)]
    assert names[8] in read.text, "written out once"


def test_the_link_is_there_as_text_and_as_a_code():
    html = report(*watched(), link=LINK)
    assert qr_svg(LINK) in html
    assert LINK in "".join(Reader(html).words)
    long = LINK + "&changes=" + "1:l2:0.5," * 200
    assert "too long for a QR code" in Reader(report(*watched(), link=long)).text
    assert "QR code of" not in report(*watched(), note="no link")


def test_verdicts_come_with_their_evidence():
    config = replace(
        CONFIG, hidden=(8,) * 10, activation="sigmoid", optimizer="sgd", learning_rate=0.5
    )
    run, history = watched(config, 200)
    found = diagnose(run, history)
    assert [f.key for f in found] == ["vanishing"]
    text = Reader(report(run, history)).text
    for finding in found:
        assert finding.sentence in text
        assert finding.evidence in text
    assert "Gradients vanish: each layer multiplies the error by" in text


@pytest.mark.parametrize("page", ["playground", "gradients", "layers"])
def test_nothing_is_given_away_before_the_question_is_answered(page):
    config = replace(
        CONFIG, hidden=(8,) * 10, activation="sigmoid", optimizer="sgd", learning_rate=0.5
    )
    run, history = watched(config, 200)
    view = View(predict=True, page=page)
    held = report(run, history, view=view)
    opened = report(run, history, view=view, attending=Attending(chosen=0, outcome=1))
    shown = report(run, history, view=view, attending=Attending(revealed=True, outcome=1))
    given_away = ["vanish", "smaller than", "What may fix it", "Outcome:", "guessing near"]
    text = Reader(held).text
    assert HELD in text
    assert "<figcaption>Cost. <span></span>" in held
    assert "<figcaption>Cost. <span>" in report(run, history)
    question = text[text.index("The question") : text.index("Settings")]
    assert not [words for words in given_away if words in text.replace(question, "")]
    assert "Outcome:" not in question
    assert ("Gradient of each layer" in text) == (page != "gradients")
    for html in (opened, shown):
        text = Reader(html).text
        assert HELD not in text
        assert "vanish" in text
        assert "Outcome: " in text
    assert "← predicted" in opened
    assert "← predicted" not in shown


def test_the_report_says_when_a_choice_was_made_and_what_no_prediction_was():
    run, history = watched()
    view, came = View(predict=True), USUAL.choices[0]
    said = {}
    for late in (False, True):
        attending = Attending(chosen=0, at=1200, late=late, outcome=0)
        said[late] = Reader(report(run, history, view=view, attending=attending)).text
    assert f"Predicted: {came} (at step 1,200) Outcome: {came} ✓ as predicted" in said[False]
    assert f"Answered: {came} (at step 1,200) Outcome: {came} answered after the run" in said[True]
    assert "✓" not in said[True]
    assert "← answered" in said[True]
    assert "← predicted" in said[False]


@pytest.mark.parametrize("answered", [False, True])
def test_a_divergence_is_in_the_report_once_it_was_predicted(answered):
    lesson = LESSONS["clipping"]
    run, history = watched(lesson.config, 100)
    assert run.diverged
    view = View(predict=True, lesson="clipping")
    attending = Attending(chosen=0) if answered else Attending()
    html = report(run, history, view=view, attending=attending)
    assert ("diverged" in html) == answered
    assert ("The run stopped" in html) == answered


def test_a_lesson_s_report_has_its_goals_and_says_what_is_missing_only_when_answered():
    lesson = LESSONS["sigmoid"]
    run, history = watched(lesson.config, 20)
    view = View(**{"predict": True, "page": "gradients", **lesson.view}, lesson="sigmoid")
    held = Reader(report(run, history, view=view)).text
    opened = Reader(report(run, history, view=view, attending=Attending(chosen=1))).text
    assert held.startswith(f"{lesson.title} {lesson.title} Report of a run")
    assert lesson.question.text in held
    assert lesson.goals[0].text in held
    assert "the first layer gets" not in held.replace(lesson.goals[0].text, "")
    assert "the first layer gets" in opened.replace(lesson.goals[0].text, "")


def test_what_a_link_hides_is_not_in_the_report():
    config = replace(CONFIG, hidden=(8,) * 10, activation="sigmoid", optimizer="sgd")
    run, history = watched(config, 100)
    assert "Verdicts" in Reader(report(run, history)).text
    hidden = report(run, history, view=View(hide=("verdict", "diagnosis")))
    assert "Verdicts" not in Reader(hidden).text


def test_twins_are_reported_side_by_side():
    config = replace(CONFIG, initializer="glorot")
    run, history = watched(config)
    second = twin(config, {"initializer": "he"}, run.data)
    other, records = dnn.advance(second.run, 60, dnn.Watch(5))
    second = replace(second, run=other, history=History().extend(start_record(second.run)))
    second = replace(second, history=second.history.extend(records))
    read = Reader(report(run, history, twin=second))
    assert (
        "Two networks: A has starting weights Glorot (Xavier), B starting weights He" in read.text
    )
    for name in ("Curves of A", "Curves of B", "Answers of A", "Answers of B"):
        assert name in read.text
    costs = {row[2] for row in read.rows if row[0] == "60"}
    assert costs == {number(h["train_cost"][-1]) for h in (history, second.history)}


@pytest.mark.parametrize(
    "config",
    [
        dnn.Config(dataset="diabetes", hidden=(8,)),
        dnn.Config(dataset="wine", hidden=(8,)),
        dnn.Config(dataset="circle", hidden=()),
        dnn.Config(dataset="circle", hidden=(4,) * 40, activation="relu"),
    ],
    ids=lambda c: f"{c.dataset}-{len(c.hidden)}",
)
def test_every_kind_of_problem_has_one(config):
    read = Reader(report(*watched(config, 10), link=LINK))
    assert "Answers" in read.text


def test_a_run_that_has_not_begun_and_one_that_has_diverged_have_one_too():
    run = dnn.start(CONFIG)
    history = History().extend(start_record(run))
    assert Reader(report(run, history, link=LINK)).text.count("Step") >= 2
    wild = replace(
        CONFIG, hidden=(16,) * 12, activation="relu", initializer="normal", sigma_w=0.7,
        optimizer="sgd", learning_rate=0.5,
    )  # fmt: skip
    run, history = watched(wild, 20)
    assert run.diverged
    text = Reader(report(run, history)).text
    assert f"The run stopped at step {run.diverged.step}" in text


def test_a_run_without_its_data_is_refused():
    run, history = watched()
    with pytest.raises(ValueError, match="attach"):
        report(replace(run, data=None), history)


# --- curves --------------------------------------------------------------------------------------


def test_a_curve_lies_where_its_axes_say():
    """Read back from the drawing: places on a log axis are powers of ten apart as ticks are."""
    _, history = watched()
    figure = cost_figure(history, unit="nats", log=True, theme="light", chance=0.69)
    drawing = svg(figure, "Cost")
    points = re.findall(r'<polyline points="([^"]+)"', drawing)
    texts = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)"[^>]*>([^<]+)<', drawing
    )
    ticks = {words: float(y) - 4 for x, y, anchor, words in texts if anchor == "end"}
    layout = figure["layout"]
    (low, high), names = layout["yaxis"]["tickvals"][::3], layout["yaxis"]["ticktext"][::3]
    scale = (ticks[names[1]] - ticks[names[0]]) / (np.log10(high) - np.log10(low))
    for trace, line in zip(figure["data"], points, strict=True):
        places = np.array([pair.split(",") for pair in line.split()], float)
        expected = ticks[names[0]] + scale * (np.log10(trace["y"]) - np.log10(low))
        assert places[:, 1] == pytest.approx(expected, abs=0.1)
        along = np.diff(places[:, 0]) / np.diff(trace["x"])
        assert along == pytest.approx(np.full(len(along), along.mean()), abs=0.03)


def test_nothing_of_a_drawing_lies_outside_it():
    run, history = watched(replace(CONFIG, hidden=(4,) * 12), learning_rate=0.03)
    drawing = svg(
        cost_figure(history, unit="nats", log=False, theme="light", changes=run.changes), "x"
    )
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', drawing).groups())
    places = re.findall(r'x="([-\d.]+)" y="([-\d.]+)"', drawing)
    assert len(places) > 10
    for x, y in places:
        assert 0 <= float(x) <= width
        assert 0 <= float(y) <= height
