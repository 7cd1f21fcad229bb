"""Lessons, questions, the glossary, the walk through a step, and networks to begin with.

Imports dnn and everything of lab above it, down to lab.figures.
"""
