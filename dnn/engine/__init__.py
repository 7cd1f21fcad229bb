"""The training step: a network compiled once for a batch size into calls on buffers, then run.

Read layout, network, fused, update, trainer. May import: dnn.parts, dnn.data and dnn.config.
"""
