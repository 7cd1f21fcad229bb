"""What a network is made of: one file a kind, one entry a choice.

Activations, initialisers, losses, optimisers, schedules, batch normalisation, dropout. Imports the
registry only.
"""
