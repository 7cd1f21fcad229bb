"""What a network is made of: one file a kind, one entry a choice, with its plain NumPy beside it.

Activations, initialisers, losses, optimisers, schedules, batch normalisation and dropout.
May import: dnn.registry and dnn.settings.
"""
