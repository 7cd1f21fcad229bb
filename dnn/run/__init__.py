"""A run as a value: started, advanced, changed, recorded, measured, asked and checked.

What a notebook calls. May import: dnn.engine and what that may import.
"""
