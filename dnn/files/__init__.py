"""A run as a file: saved and opened again, exported, or written as a script in plain NumPy.

What a file says is checked here, and never evaluated. May import: everything else of dnn.
"""
