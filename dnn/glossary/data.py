"""Terms of data, runs and the app itself."""

from dnn.glossary.network import GOODFELLOW, NG
from dnn.glossary.term import Term

HERE = "This app"

TERMS = (
    Term("dataset", "Data set", "Examples with their right answers, from which a network learns.",
         r"\{(x_i, y_i)\}", GOODFELLOW, ""),
    Term("example", "Example", "One input with its right answer.", "(x_i, y_i)", NG,
         "walk?stage=x"),
    Term("samples", "Examples", "How many examples there are, for training and testing together.",
         "M", NG, "?samples=200"),
    Term("noise", "Noise", "How far examples are displaced at random.", r"x + \varepsilon",
         "TensorFlow Playground", "?dataset=circle&noise=0.3"),
    Term("train_share", "Training share", "The part of the examples that trains the network.",
         r"M_{\text{train}} / M", GOODFELLOW, "?train_share=0.7"),
    Term("train", "Training data", "The examples from which the parameters are learned.", "",
         GOODFELLOW, "", ("Training examples", "Training part")),
    Term("test", "Test data", "Examples that the network never learns from, which show whether "
         "it has learned more than those it was shown.", "", GOODFELLOW, "", ("Test examples",
         "Test part")),
    Term("scaling", "Input scaling", "Brings inputs to a common size, by what the training part "
         "says.", r"x \leftarrow (x - \mu) / \sigma", "LeCun et al. 1998, section 4.3",
         "?scaling=minmax"),
    Term("classification", "Classification", "Answering with a class; a probability says how "
         "surely.", r"a_k \approx P(y = k \mid x)", GOODFELLOW, "?dataset=iris", ("Class",
         "Classes")),
    Term("regression", "Regression", "Answering with a number.",
         r"a \approx \mathbb{E}[y \mid x]", GOODFELLOW, "?dataset=diabetes"),
    Term("one_hot", "One-hot", "A class written as a column of zeros with a 1 in its place.",
         r"y = (0, \dots, 1, \dots, 0)^{\top}", GOODFELLOW, "walk?walk=run&dataset=iris&stage=x"),
    Term("seed", "Seed", "A number that fixes everything random: the same seed gives the same "
         "run.", "", "NumPy", "?seed=7", ("New seed",)),
    Term("precision", "Precision", "How many bits a number has: float64 about 16 digits, "
         "float32 about 7.", "", "IEEE 754", "?dtype=float64", ("float64", "float32", "dtype")),
    Term("timeline", "Timeline", "The slider that goes back to an earlier moment of a run.", "",
         HERE, "", ("Earlier moments of the run",)),
    Term("metrics", "Numbers above the panels", "Step, epoch, costs and scores of the newest "
         "record.", "", HERE, ""),
    Term("twins", "Twins", "Two networks of the same data, seed and order of examples that "
         "differ in one setting.", "", HERE, "twins"),
    Term("ghost", "Ghost", "The curve of the run before, in grey behind the new one.", "", HERE,
         ""),
    Term("forward", "Forward pass", "From the input to the cost, layer by layer.",
         "L(g(W g(W x + b) + b))", NG, "walk?stage=z1"),
)  # fmt: skip
