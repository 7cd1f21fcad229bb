"""A run as a value: started, advanced, changed, recorded, measured and checked.

Imports the engine and all below it.
"""
