"""Bytes of a table as rows of cells: encoding, separator and header are found out."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, pairwise

from dnn.files.limits import MAX_COLUMNS, MAX_ROWS, check_bytes, check_cells, check_table
from dnn.settings import shown

#: Tried in this order: a comma may also stand for the decimal point.
SEPARATORS = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma"}
SPACES = "spaces"
#: What the separator is looked for in.
SAMPLE, SAMPLE_ROWS = 65_536, 200
#: So many of the rows must have as many cells as most have.
AGREEING = 0.9
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
         (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
#: Cells that stand for a missing value, in lower case.
ABSENT = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-", ".", "#n/a", "missing"})
#: Larger numbers can't be squared and summed.
LARGEST = 1e100
#: What may stand before or behind each number of a column.
SIGNS = "%$€£¥"
#: What may stand between thousands, beside the one of point and comma that is not the decimal mark.
BETWEEN = " \u00a0\u202f'’"
#: A first line that tells a spreadsheet program the separator.
DECLARED = re.compile(r'"?sep=(.)"?[^\S\n]*\r?\n', re.IGNORECASE)
#: Whole numbers that may name columns.
YEARS = range(1900, 2101)


@dataclass(frozen=True)
class Cells:
    """Rows of a table, all as long as its names, and how they were read.

    notes: what was left out, in sentences.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    separator: str
    encoding: str
    header: bool
    notes: tuple[str, ...] = ()


def number(cell: str, comma: bool = False) -> float | None:
    """Return what a cell says as a number, None where it says none. comma: for the point."""
    if comma and cell.count(",") == 1 and "." not in cell:
        cell = cell.replace(",", ".")
    try:
        value = float(cell)
    except ValueError:
        return None
    return None if "_" in cell else value


def as_numbers(cells: Sequence[str], comma: bool = False) -> list[float] | None:
    """Return what all cells say as numbers, None where one says none. comma: for the point.

    Also where thousands are set apart, or all have the same sign of SIGNS: 1,234.5 and 12 %.
    """
    plain = [number(cell, comma) for cell in cells]
    if None not in plain:
        return plain  # type: ignore[return-value]
    sign = cells[0].strip("+-0123456789.,Ee" + BETWEEN) if cells else ""
    bare = [cell.strip() for cell in cells]
    if len(sign) == 1 and sign in SIGNS:
        if not all(cell.count(sign) == 1 and sign in (cell[:1], cell[-1:]) for cell in bare):
            return None
        bare = [cell.strip(sign).strip() for cell in bare]
    for mark, other in ((",", "."), (".", ",")) if comma else ((".", ","),):
        written = re.compile(
            rf"[+-]?(\d+|\d{{1,3}}([{other}{BETWEEN}]\d{{3}})+)([{mark}]\d+)?", re.ASCII
        )
        if all(written.fullmatch(cell) for cell in bare):
            drop = str.maketrans(mark, ".", other + BETWEEN)
            return [float(cell.translate(drop)) for cell in bare]
    return None


def absent(cell: str) -> bool:
    """Return whether a cell stands for a missing value."""
    return cell.lower() in ABSENT


def cells(blob: bytes, header: bool | None = None) -> Cells:
    """Return the rows of a table of text. header: whether it has one, None: found out.

    Raises ValueError with one sentence.
    """
    check_bytes(len(blob))
    text, encoding = _decoded(blob)
    declared = DECLARED.match(text)
    if declared:
        text = "\n" + text[declared.end() :]  # lines keep their numbers
    separator = _separator(text, declared[1] if declared else "")
    rows = list(_bounded(_rows(text, separator)))
    if not rows:
        raise ValueError("The file is empty: a table has a row for each example")
    width = Counter(len(row) for _, row in rows[:SAMPLE_ROWS]).most_common(1)[0][0]
    while len(rows[0][1]) != width and rows[0][1][0].startswith("#"):
        rows.pop(0)  # a comment above the table
    width = _without_last(rows, width)
    notes = _without_cut_off(rows, width)
    for line, row in rows:
        if len(row) != width:
            noun = "cell" if len(row) == 1 else "cells"
            raise ValueError(
                f"Line {line:,} has {len(row):,} {noun} where the others have {width:,}; "
                f"cells are separated by {_word(separator)} here"
            )
    plain = [tuple(row) for _, row in rows]
    has_header = _has_header(plain) if header is None else header
    names = plain[0] if has_header else tuple(f"column {k + 1}" for k in range(width))
    body = tuple(plain[1:] if has_header else plain)
    if not body:
        raise ValueError("The table has a header and no rows below it")
    return Cells(names, body, _word(separator), encoding, has_header, notes)


def _without_last(rows: list[tuple[int, list[str]]], width: int) -> int:
    """Return the width without a last column that has no name and is empty everywhere.

    Such a column is one separator too many at the end of each row below the names.
    """
    if len(rows[0][1]) != width - 1 or width < 3:
        return width
    longer = [row for _, row in rows if len(row) == width]
    if any(row[-1] for row in longer):
        return width
    for row in longer:
        row.pop()
    return width - 1


def _without_cut_off(rows: list[tuple[int, list[str]]], width: int) -> tuple[str, ...]:
    """Leave out a last row that is shorter than all others, and return what is said of it."""
    line, last = rows[-1]
    if len(rows) < 3 or len(last) >= width or any(len(row) != width for _, row in rows[:-1]):
        return ()
    rows.pop()
    noun = "cell" if len(last) == 1 else "cells"
    return (f"The last line ({line:,}) is left out: it has {len(last):,} {noun} of {width:,}.",)


def _word(separator: str) -> str:
    return SEPARATORS.get(separator, separator)


def _decoded(blob: bytes) -> tuple[str, str]:
    """Return the text and its encoding. Raises ValueError where it is none."""
    if blob[:2] == b"PK":
        raise ValueError("This is a spreadsheet or a zip file; save the table as CSV")
    marked = next((name for mark, name in MARKS if blob.startswith(mark)), None)
    # In cp1252, the usual one of old files, five bytes mean nothing; latin-1 takes any.
    for encoding in (marked,) if marked else ("utf-8", "cp1252", "latin-1"):
        try:
            text = blob.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise ValueError("This is not a table of text: it holds zero bytes; save it as CSV")
        return text, encoding
    raise ValueError(f"The file says that it is {marked}, and is not; save it as UTF-8")


def _separator(text: str, declared: str = "") -> str:
    """Return the separator, or SPACES. declared: tried first.

    Raises ValueError where there is one column only."""
    sample = text[:SAMPLE]
    lines = sample.splitlines()
    if len(sample) < len(text) and len(lines) > 1:
        sample = "\n".join(lines[:-1])  # the last one is cut off
    sample = re.sub(r"\A(#[^\n]*\n)+", "", sample) or sample  # comments above the table
    first = (declared,) if declared in SEPARATORS else ()
    widths: dict[str, list[int]] = {}
    for separator in (*first, *SEPARATORS, SPACES):
        with suppress(ValueError):
            rows = islice(_rows(sample, separator), SAMPLE_ROWS)
            widths[separator] = [len(row) for _, row in rows]
            if not widths[separator]:
                break
            if _agree(widths[separator]):
                return separator
    if not all(widths.values()):
        raise ValueError("The file is empty: a table has a row for each example")
    for separator, found in widths.items():
        if any(_agree(part) for part in (found[1:], found[:-1], found[1:-1]) if len(part) > 1):
            return separator  # in a short table a first or last row that differs weighs much
    raise ValueError(
        "No columns were found: cells are separated by commas, semicolons, tabs, bars or spaces, "
        "and each row has as many"
    )


def _agree(widths: list[int]) -> bool:
    """Return whether nearly all rows have as many cells, more than one."""
    width, count = Counter(widths).most_common(1)[0]
    return width > 1 and count >= AGREEING * len(widths)


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of each row that is not blank. Raises ValueError."""
    if separator == SPACES:
        found: Iterable[list[str]] = (line.split() for line in text.splitlines())
    else:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 0
    try:
        for row in found:
            line += 1
            stripped = [cell.strip() for cell in row]
            if any(stripped):
                yield line, stripped
    except csv.Error as error:
        raise ValueError(f"Line {line + 1:,} can't be read: {shown(str(error))}") from None


def _bounded(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the same rows. Raises ValueError as soon as they are too many."""
    total = 0
    for count, (line, row) in enumerate(rows):  # from 0, for the first may be a header
        total += len(row)
        if count > MAX_ROWS or len(row) > MAX_COLUMNS:
            check_table(count, len(row))
        check_cells(total)
        yield line, row


def _has_header(rows: list[tuple[str, ...]]) -> bool:
    """Return whether the first row names the columns.

    It does where its numbers are years (_names_years); where it holds no number and a column below
    it does, one that has a name where not all have (that of the rows' numbers often has none); or
    where nothing is a number, but none of its texts comes again below it.
    """
    if len(rows) < 2:
        return False
    first, below = rows[0], rows[1:SAMPLE_ROWS]
    if any(number(cell, comma=True) is not None for cell in first):
        return _names_years(first, below)
    columns = list(zip(*below, strict=True))
    named = [column for name, column in zip(first, columns, strict=True) if name]
    if any(number(cell, True) is not None for column in named for cell in column[:20]):
        return True
    return (
        all(first)
        and len(set(first)) == len(first)
        and not any(cell in column for cell, column in zip(first, columns, strict=True))
    )


def _names_years(first: tuple[str, ...], below: list[tuple[str, ...]]) -> bool:
    """Return whether a first row with numbers names columns by years.

    All its numbers are years, one after the other, beside a column of texts, and most rows below
    are not so.
    """
    at = [k for k, cell in enumerate(first) if number(cell, True) is not None]
    beside = [k for k in range(len(first)) if k not in at]
    texts = any(all(number(row[k], True) is None for row in below) for k in beside)
    alike = sum(_rising_years([row[k] for k in at]) for row in below)
    return texts and len(at) > 1 and _rising_years([first[k] for k in at]) and (
        2 * alike < len(below)
    )  # fmt: skip


def _rising_years(texts: list[str]) -> bool:
    """Return whether texts are years, each later than the one before."""
    years = [int(text) if re.fullmatch("[0-9]{4}", text) else 0 for text in texts]
    return all(year in YEARS for year in years) and all(a < b for a, b in pairwise(years))
