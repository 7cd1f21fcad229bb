"""What a network learns: data sets, their inputs and scaling, and the plane they are drawn in.

Nothing here knows a network. May import: dnn.registry and dnn.settings.
"""
