"""What a page shows of a run, one file a panel.

Each panel is a pure function of what was measured. Imports lab.live, lab.figures and all below.
"""
