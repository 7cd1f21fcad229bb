"""Terms of data, runs and the app itself."""

from lab.teaching.glossary.network import GOODFELLOW, NG
from lab.teaching.glossary.term import Term

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
    Term("classification", "Classification", "Predicting a class; a probability says how certain "
         "the answer is.", r"a_k \approx P(y = k \mid x)", GOODFELLOW, "?dataset=iris", ("Class",
         "Classes")),
    Term("probability", "Probability", "How likely something is, from 0 (never) to 1 (always): "
         "the share of times that it happens.", r"0 \le P \le 1", GOODFELLOW, "walk?stage=a2",
         ("Probabilities", "p")),
    Term("mean", "Mean", "The sum of numbers, divided by how many they are.",
         r"\mu = \frac1n \sum_{i=1}^n x_i", GOODFELLOW, "walk?stage=mean1", ("Average", "Means")),
    Term("variance", "Variance", "How far numbers lie from their mean: the mean of the squares of "
         "these distances.", r"\sigma^2 = \frac1n \sum_{i=1}^n (x_i - \mu)^2", GOODFELLOW, "layers",
         ("Var",)),
    Term("deviation", "Standard deviation", "The root of the variance: how far numbers typically "
         "lie from their mean, in their own unit.",
         r"\sigma = \sqrt{\frac1n \sum_{i=1}^n (x_i - \mu)^2}", GOODFELLOW, "layers",
         ("Spread", "σ")),
    Term("regression", "Regression", "Predicting a number.", r"a \approx \mathbb{E}[y \mid x]",
         GOODFELLOW, "?dataset=diabetes"),
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
    Term("ghost", "Ghost", "The curve of the previous run, in grey behind the new one.", "", HERE,
         ""),
    Term("forward", "Forward pass", "From the input to the cost, layer by layer.",
         "L(g(W g(W x + b) + b))", NG, "walk?stage=z1"),
    Term("confusion", "Confusion matrix", "How many examples of each class were classified as "
         "each class: correct answers are on the diagonal.", r"C_{ij} = \#\{y = i, \hat y = j\}",
         GOODFELLOW, "results"),
    Term("threshold", "Threshold", "The probability from which an example is classified as class "
         "1.", r"\hat y = 1_{a > t}", "Fawcett 2006", "results", ("Probabilities and threshold",)),
    Term("false_alarm", "False alarm rate", "The share of class 0 that is classified as class 1.",
         r"\mathrm{FPR} = \frac{\mathrm{FP}}{\mathrm{FP}+\mathrm{TN}}", "Fawcett 2006", "results",
         ("False alarms", "False positive rate", "FPR")),
    Term("roc", "ROC curve", "The share of class 1 that is found over the share of class 0 "
         "classified as class 1, as the threshold falls.", r"(\mathrm{FPR}(t), \mathrm{TPR}(t))",
         "Fawcett 2006", "results", ("ROC",)),
    Term("precision_recall", "Precision and recall", "The share of the examples classified as a "
         "class that belong to it, and the share of the class that is found.",
         r"\frac{\mathrm{TP}}{\mathrm{TP}+\mathrm{FP}},\quad "
         r"\frac{\mathrm{TP}}{\mathrm{TP}+\mathrm{FN}}", "Davis & Goadrich 2006", "results",
         ("Recall", "Precision and recall by class")),
    Term("calibration", "Calibration", "Whether, of the answers given with probability p, a share "
         "p is right.", r"P(y = 1 \mid a = p) = p", "Guo et al. 2017", "results?dataset=circle"),
    Term("prediction", "Predicted against true", "Each example's answer over its target: on the "
         "diagonal where it is right.", r"(y_i, a_i)", GOODFELLOW, "results?dataset=diabetes",
         ("Prediction",)),
    Term("residuals", "Residuals", "The targets minus the answers.", "r_i = y_i - a_i", GOODFELLOW,
         "results?dataset=diabetes", ("Histogram of the errors",)),
    Term("pictures", "Gallery of pictures", "Examples that are images, with what was answered.", "",
         HERE, "results?dataset=digits"),
    Term("filters", "Weights as pictures", "A unit's weights laid out as the image they are "
         "multiplied with.", r"W^{[1]}_{i\cdot}", "LeCun et al. 1998", "results?dataset=digits"),
)  # fmt: skip
