"""What can be computed of a network: signals, spectra, maps, metrics, and the diagnosis.

Imports dnn, lab.text and lab.theory.
"""
