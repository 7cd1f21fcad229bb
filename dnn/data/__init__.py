"""What a network learns: data sets, their inputs, scaling, and the plane in which they are drawn.

Imports the registry only.
"""
