"""Readers: files as spreadsheet programs write them, and arrays of several axes."""

from __future__ import annotations

import io

import numpy as np
import pytest

from lab.intake import read_arrays, read_images, read_table

ROWS = "".join(f"c{k},{k * k},{k % 3}.5,{'ab'[k % 2]}\n" for k in range(12))


def npz(**arrays) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def hdf5(pixels, labels, **more) -> bytes:
    import h5py

    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        file["train_set_x"], file["train_set_y"] = pixels, labels
        for name, value in more.items():
            file[name] = value
    return out.getvalue()


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\n"])
def test_a_line_that_tells_the_separator_is_no_row(first):
    table = read_table((first + "p;q\n" + "1,5;a\n2,5;b\n" * 3).encode())
    assert (table.names, table.rows, table.separator) == (("p", "q"), 6, "semicolon")
    with pytest.raises(ValueError, match="Line 4 has 3 cells"):  # counted as in the file
        read_table((first + "p;q\n1;a\n1;a;b\n" + "1;a\n" * 30).encode())


def test_a_separator_that_is_told_counts():
    # Both would do: a comma or a bar between two cells.
    text = "a|b,c\n" + "1|2,3\n" * 5
    assert read_table(text.encode()).names == ("a", "b,c")
    assert read_table(("sep=,\n" + text).encode()).names == ("a|b", "c")


def test_years_above_numbers_name_the_columns():
    rows = "".join(f"land {k},{10 + k},{2000 + k},{1.5 * k}\n" for k in range(8))
    table = read_table(("country,2019,2020,2021\n" + rows).encode())
    assert (table.header, table.rows) == (True, 8)
    assert table.names == ("country", "2019", "2020", "2021")


@pytest.mark.parametrize(
    "first",
    [
        "land,2019,2018,2021",  # falling
        "land,2019,2019,2021",  # twice
        "land,19,20,21",  # no years
        "land,2019.5,2020,2021",
        "2018,2019,2020,2021",  # no text
    ],
)
def test_other_numbers_in_a_first_row_are_data(first):
    name = "1" if first.startswith("2018") else "p"
    rows = "".join(f"{name}{k},{10 + k},{20 + k},{30 + k}\n" for k in range(8))
    assert read_table(f"{first}\n{rows}".encode()).rows == 9


def test_years_above_years_are_data():
    rows = "".join(f"p{k},{1950 + k},{1960 + k},{1970 + k}\n" for k in range(8))
    assert read_table(f"p,2000,2005,2010\n{rows}".encode()).rows == 9


def test_one_separator_too_many_in_each_row_is_no_column():
    ended = ROWS.replace("\n", ",\n")
    table = read_table(("p,q,r,s\n" + ended).encode())
    assert (table.names, table.rows) == (("p", "q", "r", "s"), 12)
    assert table.examples().problem.class_names == ("a", "b")
    with pytest.raises(ValueError, match="Line 1 has 4 cells where the others have 5"):
        read_table(("p,q,r,s\n" + ended + "c,1,1,a,full\n").encode())


def test_a_short_last_row_is_left_out_and_said():
    table = read_table(("p,q,r,s\n" + ROWS + "c13,1").encode())
    assert table.rows == 12
    note = "The last line (14) is left out: it has 2 cells of 4."
    assert note in table.examples().notes
    assert note in table.examples(features=["q"]).notes
    with pytest.raises(ValueError, match="Line 3 has 2 cells"):
        read_table(("p,q,r,s\nc,1,1,a\nc,1\n" + ROWS).encode())
    with pytest.raises(ValueError, match="has 5 cells"):
        read_table(("p,q,r,s\n" + ROWS + "c,1,1,a,b").encode())


def test_in_a_short_table_too():
    assert read_table(b"p;q\n1;2;\n3;4;\n5;6;\n7;9;\n").names == ("p", "q")
    assert read_table(b"p,q\n1,2\n3,4\n5").rows == 2
    with pytest.raises(ValueError, match="Line 1 has 1 cell where the others have 2"):
        read_table(b"Total\n1,2\n3,4\n5,6\n")
    # Most rows between the first and the last have a semicolon: commas still count.
    assert read_table(b"p,q\n1,a;b\n2,c;d\n3,e;f\n4,g\n").separator == "comma"


@pytest.mark.parametrize("name", ["PassengerId", "user_ID", "house no", "Nr.", "row number"])
@pytest.mark.parametrize("first", [0, 1])
def test_a_count_of_the_rows_is_no_input_by_what_its_name_ends_in(name, first):
    rows = "".join(f"{first + k},{k % 4},{k % 2}\n" for k in range(10))
    assert [c.name for c in read_table(f"{name},p,y\n{rows}".encode()).inputs_of("y")] == ["p"]
    rows = "".join(f"{first + 2 * k},{k % 4},{k % 2}\n" for k in range(10))
    assert len(read_table(f"{name},p,y\n{rows}".encode()).inputs_of("y")) == 2, "it has gaps"
    rows = "".join(f"{first + k},{k % 4},{k % 2}\n" for k in range(10))
    assert len(read_table(f"age,p,y\n{rows}".encode()).inputs_of("y")) == 2


# --- arrays of several axes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "image"),
    [
        ((8, 8), (8, 8, 1)), ((8, 8, 1), (8, 8, 1)), ((4, 6, 3), (4, 6, 3)),
        ((16, 16, 2), ()), ((3, 16, 16), ()), ((20, 2), ()), ((8, 8, 4), ()),
    ],
)  # fmt: skip
def test_only_what_can_be_a_picture_is_one(shape, image):
    X = np.random.default_rng(0).integers(0, 255, (12, *shape)).astype(np.uint8)
    arrays = read_arrays(npz(X=X, Y=np.arange(12) % 2))
    examples = arrays.examples()
    np.testing.assert_array_equal(examples.X, X.reshape(12, -1).T)
    assert arrays.image == examples.image == examples.prepared().data.image == image
    assert arrays.pixels is bool(image)
    assert ("pictures" in arrays.reason) is bool(image)
    said = [note for note in examples.notes if "no picture" in note]
    assert said == ([] if image else [said[0]])
    if not image:
        assert f"its {X[0].size} numbers are plain inputs" in said[0].replace(",", "")
    assert not read_arrays(npz(X=X / 255, Y=np.arange(12) % 2)).pixels


@pytest.mark.parametrize(
    ("shape", "image"), [((6, 5), (6, 5, 1)), ((6, 5, 3), (6, 5, 3)), ((6, 5, 2), ())]
)
def test_pictures_of_hdf5_follow_the_same_rule(shape, image):
    pixels = np.zeros((8, *shape), np.uint8)
    found = read_images(hdf5(pixels, np.arange(8) % 2))
    assert found.image == found.prepared().data.image == image
    assert len(found.notes) == (not image)


def test_the_reason_of_labels_without_names_is_not_that_somebody_chose():
    pixels, labels = np.zeros((8, 4, 4), np.uint8), np.arange(8) % 2
    found = read_images(hdf5(pixels, labels)).problem
    assert found.reason == (
        "The labels are 2 different whole numbers, so these are classes; "
        "the file has no list_classes."
    )
    found = read_images(hdf5(pixels, labels, list_classes=np.array([b"a", b"b", b"c"]))).problem
    assert found.reason.endswith("the file names 3 classes in list_classes.")
    assert found.class_names == ("0", "1")
