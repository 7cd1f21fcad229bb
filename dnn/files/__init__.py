"""A run in a file or a link: saved and opened again, exported, or written as a script.

Imports everything else of dnn.
"""
