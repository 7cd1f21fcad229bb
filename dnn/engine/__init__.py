"""The training step: a network compiled once for a batch size, then run in place.

Imports parts, data and the configuration.
"""
