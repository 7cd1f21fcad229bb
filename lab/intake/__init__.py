"""Readers of other people's files: tables, arrays and images become Examples, then a Dataset.

    table = read_table(blob)                       # CSV, TSV ...
    found = table.examples(target="species")       # or read_arrays(blob).examples(...)
    made = found.prepared(train_share=0.7, scaling="standard", seed=0)
    run = dnn.start(dnn.Config(hidden=(8,)), made.data)

Nothing is unpickled or evaluated; what is wrong with a file is one ValueError with one sentence.
Names and classes are text as it stood in the file: a page escapes them.
"""

from lab.intake.arrays import Arrays, read_arrays
from lab.intake.examples import Examples, Prepared
from lab.intake.images import read_images
from lab.intake.tables import MISSING, Column, Table, read_table

__all__ = [
    "MISSING",
    "Arrays",
    "Column",
    "Examples",
    "Prepared",
    "Table",
    "read_arrays",
    "read_images",
    "read_table",
]
