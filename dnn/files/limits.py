"""What a file may ask of the server; the operator can change it by environment variables."""

from __future__ import annotations

import os

#: Bytes of a file as it arrives, and of what it holds when it is unpacked.
MAX_FILE_BYTES = int(float(os.environ.get("NEURAL_LAB_MAX_FILE_BYTES", 50_000_000)))
MAX_UNPACKED_BYTES = int(float(os.environ.get("NEURAL_LAB_MAX_UNPACKED_BYTES", 300_000_000)))
#: Examples of a data set from a file, and inputs of each.
MAX_ROWS = int(float(os.environ.get("NEURAL_LAB_MAX_ROWS", 100_000)))
MAX_COLUMNS = int(float(os.environ.get("NEURAL_LAB_MAX_COLUMNS", 20_000)))

#: Steps of a run.
LAST_STEP = 1_000_000_000
#: Values of a table that is text: as text each takes ten times as much memory as a number.
MAX_CELLS = int(float(os.environ.get("NEURAL_LAB_MAX_CELLS", 5_000_000)))


def check_bytes(count: int) -> None:
    """Raise ValueError where a file of so many bytes is too large."""
    if count > MAX_FILE_BYTES:
        raise ValueError(
            f"The file has {count:,} bytes, which is too many; allowed: up to {MAX_FILE_BYTES:,}"
        )


def check_unpacked(count: int) -> None:
    """Raise ValueError where the contents of a file take too many bytes."""
    if count > MAX_UNPACKED_BYTES:
        raise ValueError(
            f"The file would unpack to {count:,} bytes, which is too many; "
            f"allowed: up to {MAX_UNPACKED_BYTES:,}"
        )


def check_table(rows: int, columns: int) -> None:
    """Raise ValueError where a table has too many examples or inputs."""
    for count, most, what in (
        (rows, MAX_ROWS, "examples (rows)"),
        (columns, MAX_COLUMNS, "inputs (columns)"),
    ):
        if count > most:
            raise ValueError(f"The file has {count:,} {what}; allowed: up to {most:,}")
    check_unpacked(8 * rows * columns)


def check_cells(count: int) -> None:
    """Raise ValueError where a text has too many values."""
    if count > MAX_CELLS:
        raise ValueError(
            f"The table has more than {MAX_CELLS:,} cells, which are too many; "
            "leave out rows or columns, or save it as NPZ"
        )
