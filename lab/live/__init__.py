"""Live training: what is asked of a worker, what comes back, and where workers run.

Imports dnn, lab.analysis and lab.teaching; knows no panel.
"""
