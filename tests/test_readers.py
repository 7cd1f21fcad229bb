"""Readers of tables, arrays and images: what they find out, and what they say of bad files."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import dnn
from dnn.engine.trainer import loss_key
from dnn.files import limits
from lab.intake import images as images_reader
from lab.intake import read_arrays, read_images, read_table
from lab.intake.problem import label

IRIS = """sepal,petal,species
5.1,1.4,setosa
4.9,1.5,setosa
6.3,4.5,versicolor
6.0,4.4,versicolor
7.1,5.9,virginica
6.5,5.8,virginica
"""


def refused(read, *words):
    with pytest.raises(ValueError, match=r"^[^\n]+$") as error:
        read()
    for word in words:
        assert word in str(error.value), str(error.value)


# --- tables --------------------------------------------------------------------------------------


def test_a_table_becomes_a_data_set():
    table = read_table(IRIS.encode())
    assert (table.names, table.rows, table.separator) == (("sepal", "petal", "species"), 6, "comma")
    assert (table.encoding, table.header, table.suggested_target) == ("utf-8", True, "species")
    found = table.examples()
    np.testing.assert_array_equal(found.X, [[5.1, 4.9, 6.3, 6.0, 7.1, 6.5],
                                            [1.4, 1.5, 4.5, 4.4, 5.9, 5.8]])  # fmt: skip
    np.testing.assert_array_equal(found.problem.Y, [[0, 0, 1, 1, 2, 2]])
    assert found.problem.class_names == ("setosa", "versicolor", "virginica")
    assert "3 different texts" in found.problem.reason
    assert found.problem.output == "3 softmax units and the cross-entropy cost"
    data = found.prepared(train_share=0.7, seed=3).data
    assert (data.m_train, data.m_test, data.n_outputs) == (4, 2, 3)
    np.testing.assert_allclose(data.X_train.mean(axis=1), 0, atol=1e-12)
    assert set(data.Y_train.argmax(axis=0)) == {0, 1, 2}, "each class trains"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "  "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_separator_encoding_and_lines_are_found_out(separator, encoding, line):
    text = "größe,höhe,gruppe\n1,2,é\n3,4,ü\n5,6,é\n7,8.5,ü\n"
    blob = text.replace(",", separator).replace("\n", line).encode(encoding)
    table = read_table(blob)
    assert table.names == ("größe", "höhe", "gruppe")
    np.testing.assert_array_equal(table.column("höhe").numbers, [2, 4, 6, 8.5])
    assert table.column("gruppe").texts == ("é", "ü", "é", "ü")


def test_a_comma_can_be_the_decimal_point():
    table = read_table(b"x;y\n1,5;a\n-2,25;b\n3;a\n")
    np.testing.assert_array_equal(table.column("x").numbers, [1.5, -2.25, 3])


def test_a_table_without_header_gets_names():
    table = read_table(b"1,2,a\n3,4,b\n5,6,a\n")
    assert not table.header
    assert table.names == ("column 1", "column 2", "column 3")
    assert table.rows == 3
    assert read_table(b"1,2,a\n3,4,b\n5,6,a\n", header=True).names == ("1", "2", "a")
    texts = b"yes,no\nno,yes\nyes,yes\n"
    assert not read_table(texts).header, "its texts come again below"
    assert read_table(b"first,second\nno,yes\nyes,yes\n").header


def test_quoted_cells_equal_names_and_blank_lines():
    table = read_table(b'a,a,"b, c"\n1,2,"x ""y"""\n\n3,4,z\n,,\n5,6,z\n')
    assert table.names == ("a", "a (2)", "b, c")
    assert table.rows == 3
    assert table.column("b, c").texts == ('x "y"', "z", "z")


def test_kinds_of_columns_and_what_is_missing():
    rows = "\n".join(f"{k},name {k},{'ab'[k % 2]},7,,{k}e300" for k in range(1, 61))
    table = read_table(f"n,id,kind,same,none,large\n{rows}\nNA,?,-,7,,1\n".encode())
    kinds = {c.name: (c.kind, c.missing, c.distinct) for c in table.columns}
    assert kinds == {
        "n": ("number", 1, 60), "id": ("text", 1, 60), "kind": ("category", 1, 2),
        "same": ("number", 0, 1), "none": ("empty", 61, 0), "large": ("number", 60, 1),
    }  # fmt: skip
    assert [c.name for c in table.columns if c.usable] == ["n", "kind"]
    found = table.examples("kind")
    assert found.feature_names == ("n",)
    assert any("id is left out: it holds 60 different texts" in note for note in found.notes)
    assert any("Rows without kind are left out: 1." in note for note in found.notes)


GAPS = b"""size,colour,y
1,red,0
2,red,1
NA,blue,0
4,,1
5,green,0
6,red,1
"""


def column(texts, name="x", separator=";"):
    """Return the column of these cells in a table."""
    lines = [f"{text}{separator}{'ab'[k % 2]}" for k, text in enumerate(texts)]
    return read_table("\n".join([f"{name}{separator}y", *lines]).encode()).columns[0]


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1.100,5", "1.100", "-900", "12.345.678"], [1100.5, 1100, -900, 12345678]),
        (["1,100.5", "2.5", "1,000,000"], [1100.5, 2.5, 1e6]),
        (["1 100,5", "1\u00a0000", "3"], [1100.5, 1000, 3]),
        (["12%", "3.5 %", "-1%"], [12, 3.5, -1]),
        (["$1,200.50", "$3", "$0.5"], [1200.5, 3, 0.5]),
        (["1,5", "2,25", "3"], [1.5, 2.25, 3]),
    ],
)
def test_numbers_as_people_write_them(texts, values):
    found = column(texts)
    assert found.kind == "number"
    np.testing.assert_allclose(found.numbers, values)


@pytest.mark.parametrize(
    "texts",
    [
        ["12%", "5", "3%"], ["$3", "€4", "$5"], ["1,10,5", "1", "2"], ["12:30", "1:10", "2:20"],
        ["3-4", "5-6", "7-8"], ["1.2.3", "1.2.4", "1.2.5"], ["%", "1%", "2%"],
    ],
)  # fmt: skip
def test_what_is_no_number_stays_text(texts):
    assert column(texts).kind == "category"


@pytest.mark.parametrize("name", ["", "id", "Unnamed: 0"])
@pytest.mark.parametrize("first", [0, 1])
def test_a_column_that_counts_the_rows_is_no_input(name, first):
    lines = [f"{k + first},{k * k % 11},{'ab'[k % 2]}" for k in range(30)]
    table = read_table("\n".join([f"{name},x,y", *lines]).encode())
    assert table.header, "a header may leave the rows' numbers without a name"
    assert table.names[1:] == ("x", "y")
    examples = table.examples()
    assert examples.feature_names == ("x",)
    assert "only counts the rows" in examples.notes[0]
    # Whoever wants it can have it; and a time, say, which counts too, is an input.
    assert table.examples("y", [table.names[0], "x"]).X.shape == (2, 30)
    time = read_table(
        "\n".join(["time,y", *(line.replace(",", ".", 1) for line in lines)]).encode()
    )
    assert time.examples().feature_names == ("time",)


def test_a_first_row_with_gaps_is_no_header():
    table = read_table(b",,a\n1,2,b\n3,4,a\n5,6,b\n")
    assert not table.header
    assert table.rows == 4


def test_a_text_of_its_own_in_each_row_is_no_input():
    lines = [f"user{k},{k * k % 11},{'ab'[k % 2]}" for k in range(30)]
    examples = read_table("\n".join(["who,x,y", *lines]).encode()).examples()
    assert examples.feature_names == ("x",)
    assert "who is left out: each row has a text of its own." in examples.notes


def test_comments_above_a_table_are_passed_over():
    table = read_table(b"# made by hand\n# in spring\n" + GAPS)
    assert table.names == read_table(GAPS).names
    assert table.rows == read_table(GAPS).rows


def test_rows_with_gaps_are_dropped():
    found = read_table(GAPS).examples("y", missing="drop")
    np.testing.assert_array_equal(found.X[0], [1, 2, 5, 6])
    # Of two categories that are left one input says all.
    assert found.feature_names == ("size", "colour = red")
    assert "2 of 6" in found.notes[-1]


def test_gaps_are_filled_from_the_training_part_only():
    found = read_table(GAPS).examples("y", missing="fill")
    assert found.feature_names == ("size", "colour = blue", "colour = green", "colour = red")
    for seed in range(4):
        made = found.prepared(0.6, "none", seed)
        order, n_train = found.order(0.6, seed)
        X = np.hstack([made.data.X_train, made.data.X_test])
        at = list(order).index(2)  # the row without a size
        known = [found.X[0, k] for k in order[:n_train] if k != 2]
        assert X[0, at] == pytest.approx(np.mean(known))
        colours = found.X[1:][:, [k for k in order[:n_train] if k != 3]].sum(axis=1)
        np.testing.assert_array_equal(X[1:, list(order).index(3)], np.arange(3) == colours.argmax())


def test_gaps_can_be_a_category_of_their_own():
    found = read_table(GAPS).examples("y", missing="own")
    assert found.feature_names == (
        "size", "size missing", "colour = blue", "colour = green", "colour = red", "colour missing",
    )  # fmt: skip
    np.testing.assert_array_equal(found.X[1], [0, 0, 1, 0, 0, 0])
    np.testing.assert_array_equal(found.X[5], [0, 0, 0, 1, 0, 0])
    assert np.isfinite(found.prepared().data.X_train).all()


def numbers(values):
    return "x,y\n" + "\n".join(f"{k * 0.37 % 1:.3f},{v}" for k, v in enumerate(values))


@pytest.mark.parametrize(
    ("values", "kind", "target", "word"),
    [
        ([0, 1] * 6, None, "binary", "2 different whole numbers"),
        ([1, 2, 3, 2] * 4, None, "classes", "3 different whole numbers"),
        (np.arange(40) / 7, None, "real", "40 different numbers"),
        (np.arange(30), None, "real", "30 different numbers"),
        ([0.5, 1.5] * 6, None, "real", "numbers"),
        ([1, 2, 3, 2] * 4, "real", "real", "chose"),
        (["a", "b"] * 4, None, "binary", "2 different texts (a, b)"),
    ],
)
def test_the_kind_of_problem_and_why(values, kind, target, word):
    found = read_table(numbers(values).encode()).examples("y", kind=kind)
    assert found.problem.target == target
    assert word in found.problem.reason
    made = found.prepared()
    assert made.data.target == target
    chosen = loss_key(dnn.Config(), made.data)
    words = {"logistic": "logistic", "softmax": "cross-entropy", "squared_error": "squared error"}
    assert words[chosen] in found.problem.output, "what is said is what is chosen"
    assert dnn.advance(dnn.start(dnn.Config(hidden=(3,)), made.data), 5)[0].step == 5


def test_a_number_is_predicted_standardised_and_the_units_are_kept():
    values = 1e6 + 1e3 * np.arange(40)
    made = read_table(numbers(values).encode()).examples("y").prepared(0.5, seed=1)
    Y = made.data.Y_train * made.data.units.target_scale + made.data.units.target_shift
    assert set(np.round(Y[0])) <= set(values)
    assert made.data.Y_train.std() == pytest.approx(1)
    assert "standardised" in made.notes[-1]


@pytest.mark.parametrize(
    ("blob", "words"),
    [
        (b"", ["empty"]),
        (b"\n\n \n", ["empty"]),
        (b"PK\x03\x04spreadsheet", ["spreadsheet", "CSV"]),
        (b"a,b\n1,\x00\n", ["zero bytes"]),
        (b"\xff\xfea\x00b", ["utf-16"]),
        (b"one column\n1\n2\n", ["No columns"]),
        (b"a,b\n1,2\n3,4\n5,6\n7,8\n9,1\n1,2\n3,4\n5,6\n7,8\n9,1\n1,2,3\n", ["Line 12", "3 cells"]),
        (b"a,b\n", ["header"]),
        (b"a,b\n1,2\n" + b"3," + b"9" * 200_000 + b"\n", ["Line 3"]),
    ],
)
def test_a_bad_table_is_told_in_a_sentence(blob, words):
    refused(lambda: read_table(blob, header=True), *words)


def test_bad_choices_are_told_in_a_sentence():
    table = read_table(GAPS)
    refused(lambda: table.examples("nothing"), "nothing", "size, colour, y")
    refused(lambda: table.examples("y", ["size", "y"]), "target")
    refused(lambda: table.examples("y", []), "No input")
    refused(lambda: table.examples("y", missing="guess"), "guess", "drop, fill, own")
    refused(lambda: table.examples("y", kind="fun"), "fun")
    refused(lambda: table.examples("colour", kind="real"), "texts")
    refused(lambda: read_table(b"a,b\n1,x\n2,x\n3,x\n4,x\n").examples("b"), "one value only")
    refused(lambda: read_table(b"a,b\n1,x\n2,y\n3,x\n").examples("b"), "3 rows", "at least 4")
    many = "a,b\n" + "\n".join(f"{k},t{k}" for k in range(99))
    refused(lambda: read_table(many.encode()).examples("b"), "99 different values", "50")


def test_the_operator_sets_limits():
    code = (
        "from lab.intake import read_table\n"
        "long, wide = b'a,b\\n' + b'1,2\\n' * 30, b'a,b,c,d\\n1,2,3,4\\n'\n"
        "for blob in (long, wide, b'a,b\\n' + b' ' * 999):\n"
        "    try: read_table(blob)\n"
        "    except ValueError as error: print(error)\n"
    )
    env = {
        **os.environ, "NEURAL_LAB_MAX_ROWS": "20", "NEURAL_LAB_MAX_COLUMNS": "3",
        "NEURAL_LAB_MAX_FILE_BYTES": "500",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=Path(__file__).parent.parent, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    rows, columns, size = done.stdout.splitlines()
    assert "rows" in rows
    assert "up to 20" in rows
    assert "columns" in columns
    assert "up to 3" in columns
    assert "up to 500" in size


def test_too_many_cells_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "MAX_CELLS", 10)
    refused(lambda: read_table(IRIS.encode()), "cells", "10")


def test_names_stay_text():
    table = read_table(b"<b>x</b>,y\x07\xe2\x80\xae z\n1,<script>\n2,ok\n3,ok\n4,ok\n")
    assert table.names == ("<b>x</b>", "y z")
    assert table.examples().problem.class_names == ("<script>", "ok")
    assert len(label("x" * 10_000)) == 80


# --- arrays --------------------------------------------------------------------------------------


def npz(**arrays):
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(12, 3)), np.arange(12) % 3


@pytest.mark.parametrize("rows", [True, False])
@pytest.mark.parametrize("shape", [(-1,), (1, -1), (-1, 1)])
def test_both_ways_round_are_told_apart(rows, shape):
    found = read_arrays(npz(X=X if rows else X.T, Y=LABELS.reshape(shape)))
    assert found.certain
    assert found.columns is not rows
    assert ("rows" if rows else "columns") in found.reason
    examples = found.examples()
    np.testing.assert_array_equal(examples.X, X.T)
    np.testing.assert_array_equal(examples.problem.Y[0], LABELS)


def test_a_square_is_asked_about_and_the_answer_taken():
    square = RNG.normal(size=(12, 12))
    found = read_arrays(npz(x=square, y=LABELS))
    assert not found.certain
    assert found.reason.count("?") == 1
    assert "(12, 12)" in found.reason
    np.testing.assert_array_equal(found.examples().X, square.T)
    np.testing.assert_array_equal(found.examples(columns=True).X, square)
    assert read_arrays(npz(X=square, Y=LABELS[None])).columns, "(1, m) has examples as columns"
    refused(lambda: read_arrays(npz(X=X, Y=LABELS)).examples(columns=True), "3 examples that way")


def test_parts_texts_one_hot_and_several_numbers():
    parts = npz(X_train=X[:8], Y_train=LABELS[:8], X_test=X[8:], Y_test=LABELS[8:])
    examples = read_arrays(parts).examples()
    data = examples.prepared(train_share=0.1, scaling="none").data
    np.testing.assert_array_equal(data.X_train, X[:8].T)
    np.testing.assert_array_equal(data.X_test, X[8:].T)
    turned = npz(X_train=X[:8].T, Y_train=LABELS[None, :8], X_test=X[8:].T, Y_test=LABELS[None, 8:])
    np.testing.assert_array_equal(read_arrays(turned).examples().X, X.T)
    named = npz(X=X, Y=np.array(["b", "a", "c"])[LABELS], feature_names=["p", "q", "r"])
    assert read_arrays(named).examples().feature_names == ("p", "q", "r")
    assert read_arrays(named).examples().problem.class_names == ("a", "b", "c")
    hot = read_arrays(npz(X=X, Y=np.eye(3)[LABELS], class_names=["u", "v", "w"])).examples()
    assert "one-hot" in hot.problem.reason
    assert hot.problem.class_names == ("u", "v", "w")
    several = read_arrays(npz(X=X, Y=RNG.normal(size=(12, 2)))).examples()
    assert several.problem.output == "2 linear units and half the squared error"
    assert several.prepared().data.n_outputs == 2
    pictures = read_arrays(npz(X=RNG.integers(0, 255, (12, 4, 5, 3), np.uint8), Y=LABELS))
    assert pictures.examples().image == (4, 5, 3)
    assert pictures.examples().X.shape == (60, 12)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"A": X}, ["'A'", "needs X and Y"]),
        ({"X": X, "Y": LABELS[:5]}, ["(12, 3)", "(5,)"]),
        ({"X": X[0], "Y": LABELS}, ["axis"]),
        ({"X": X.astype(str), "Y": LABELS}, ["numbers"]),
        ({"X": X.astype(complex), "Y": LABELS}, ["complex128"]),
        ({"X": X[:0], "Y": LABELS[:0]}, ["no examples"]),
        ({"X": np.where(X > 1, np.nan, X), "Y": LABELS}, ["missing, infinite"]),
        ({"X": X, "Y": np.full(12, np.inf)}, ["infinite"]),
        ({"X": X, "Y": np.zeros((12, 2, 2))}, ["one axis or two"]),
        ({"X": X, "Y": np.zeros(12)}, ["one value only"]),
        ({"X_train": X, "Y_train": LABELS, "X_test": X[:, :2], "Y_test": LABELS}, ["same inputs"]),
        ({"X": np.array([[print]] * 12, object), "Y": LABELS}, ["pickled"]),
    ],
)
def test_bad_arrays_are_told_in_a_sentence(arrays, words):
    out = io.BytesIO()
    np.savez(out, allow_pickle=True, **arrays)
    refused(lambda: read_arrays(out.getvalue()).examples(), *words)


# --- images --------------------------------------------------------------------------------------


def hdf5(**members):
    import h5py

    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        for name, value in members.items():
            if isinstance(value, (h5py.ExternalLink, h5py.SoftLink)):
                file[name] = value
            else:
                options, value = value if isinstance(value, tuple) else ({}, value)
                file.create_dataset(name, data=value, **options)
    return out.getvalue()


PICTURES = RNG.integers(0, 255, (6, 4, 5, 3), np.uint8)
MARKS = np.array([0, 1, 1, 0, 1, 0])
CLASSES = np.array([b"non-cat", b"cat"])


def test_pictures_of_two_files_are_examples():
    train = hdf5(
        train_set_x=({"compression": "gzip", "shuffle": True}, PICTURES),
        train_set_y=MARKS, list_classes=CLASSES,
    )  # fmt: skip
    test = hdf5(test_set_x=PICTURES[:2], test_set_y=MARKS[:2], list_classes=CLASSES)
    found = read_images(train, test)
    assert (found.n_train, found.image) == (6, (4, 5, 3))
    assert found.problem.class_names == ("non-cat", "cat")
    data = found.prepared(scaling="by_255").data
    np.testing.assert_array_equal(data.X_train, PICTURES.reshape(6, -1).T / 255)
    np.testing.assert_array_equal(data.X_test, PICTURES[:2].reshape(2, -1).T / 255)
    np.testing.assert_array_equal(data.Y_train[0], MARKS)
    alone = read_images(train)
    assert alone.n_train is None
    assert alone.prepared(0.5).data.m_test == 3


def read_here(blob, part="train"):
    from lab.intake.hdf5 import read

    return read(blob, part)


def bad_hdf5():
    import h5py

    good = {"train_set_x": PICTURES, "train_set_y": MARKS}
    yield {}, "no train_set_x"
    yield {**good, "train_set_x": PICTURES / 2.0}, "uint8"
    yield {**good, "train_set_x": PICTURES[0, 0]}, "pictures"
    yield {**good, "train_set_y": MARKS[:3]}, "6 pictures"
    yield {**good, "train_set_y": MARKS / 2}, "whole number"
    yield {**good, "list_classes": np.arange(2)}, "list_classes"
    yield {**good, "train_set_x": h5py.ExternalLink("/etc/passwd", "/x")}, "link"
    yield {**good, "train_set_x": h5py.SoftLink("/train_set_y")}, "link"


@pytest.mark.parametrize(("members", "word"), list(bad_hdf5()))
def test_bad_hdf5_is_told_in_a_sentence(members, word):
    refused(lambda: read_here(hdf5(**members)), word)


def test_an_hdf5_bomb_is_refused_by_its_declared_shape():
    import h5py

    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        file.create_dataset(
            "train_set_x", (90_000, 64, 64, 3), np.uint8, chunks=(1, 64, 64, 3), compression="gzip"
        )
        file.create_dataset("train_set_y", data=np.zeros(90_000, int))
    assert len(out.getvalue()) < 2_000_000
    refused(lambda: read_here(out.getvalue()), "unpack")


def test_virtual_and_external_storage_are_never_opened(tmp_path):
    import h5py

    for kind in ("virtual", "external"):
        out = io.BytesIO()
        with h5py.File(out, "w") as file:
            if kind == "virtual":
                layout = h5py.VirtualLayout((6, 4, 5, 3), np.uint8)
                layout[:] = h5py.VirtualSource(str(tmp_path / "x.h5"), "x", (6, 4, 5, 3))
                file.create_virtual_dataset("train_set_x", layout)
            else:
                place = [(str(tmp_path / "raw"), 0, h5py.h5f.UNLIMITED)]
                file.create_dataset("train_set_x", (6, 4, 5, 3), np.uint8, external=place)
            file["train_set_y"] = MARKS
        refused(partial(read_here, out.getvalue()), "other files")


def test_what_is_no_hdf5_is_refused_at_once():
    refused(lambda: read_images(b"nonsense"), "not an HDF5 file")


def test_a_damaged_file_kills_a_process_of_its_own_only(monkeypatch):
    blob = hdf5(train_set_x=PICTURES, train_set_y=MARKS)
    refused(lambda: read_images(blob[:700]), "damaged")
    monkeypatch.setattr(images_reader.sys, "executable", "/bin/false")
    refused(lambda: read_images(blob), "damaged")


def test_without_h5py_a_sentence_says_so(monkeypatch):
    monkeypatch.setattr(images_reader.importlib.util, "find_spec", lambda name: None)
    refused(lambda: read_images(hdf5(train_set_x=PICTURES)), "pip install h5py")
