"""What looks at a network: theory, analysis, charts, teaching and the live session.

NumPy, SciPy and scikit-learn; it knows no Streamlit. Imports dnn.
"""
