"""Numbers, names and arrays in words.

Imports dnn only.
"""
