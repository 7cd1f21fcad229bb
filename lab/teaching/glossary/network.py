"""Terms of the network and of one pass through it."""

from dnn.parts.dropout import PLAIN as MASKS
from dnn.parts.normalization import PLAIN_FORWARD
from lab.teaching.glossary.term import Term

NG = "Ng, Deep Learning Specialization, course 1"
GOODFELLOW = "Goodfellow, Bengio & Courville 2016, Deep Learning"
RUMELHART = "Rumelhart, Hinton & Williams 1986"
SRIVASTAVA = "Srivastava et al. 2014"

TERMS = (
    Term("x", "Input x", "The numbers that the network is given of one example, in a column; "
         "those of many examples side by side are X.", "x = a^{[0]}", NG, "walk?stage=x", ("x",
         "X", "Input")),
    Term("y", "Target y", "What the network should answer for an example: 0 or 1, a class, or a "
         "number.", r"y \in \{0, 1\}", NG, "walk?stage=x", ("y", "Y", "Target")),
    Term("unit", "Unit (neuron)", "The smallest part of a network: it adds its inputs, times "
         "weights, and a bias, and applies the activation to the sum.", r"a = g(w^{\top} x + b)",
         NG, "walk?stage=z1", ("Unit", "Neuron", "Hidden unit")),
    Term("layer", "Layer", "Units that are all given the values of the layer before; layer 0 is "
         "the input and layer L the output.", "a^{[l]} = g(W^{[l]} a^{[l-1]} + b^{[l]})", NG,
         "layers", ("Network", "Depth", "Layers")),
    Term("hidden", "Hidden layers", "The layers between input and output: what a unit of them "
         "stands for is found by training.", r"a^{[1]}, \dots, a^{[L-1]}", NG, "layers",
         ("Hidden layer", "Width")),
    Term("matrix", "Matrix", "Numbers in rows and columns; a matrix times a column gives one "
         "sum of products for each row.", r"(W x)_i = \textstyle\sum_j W_{ij}\,x_j", GOODFELLOW,
         "walk?stage=z1", ("Matrices", "Matrix product")),
    Term("W", "Weights W", "How strongly each value of the layer before counts in each unit's "
         "sum: a row for a unit, a column for each value.",
         r"W^{[l]} \in \mathbb{R}^{n_l \times n_{l-1}}", NG, "walk?stage=z1", ("Weight",
         "Weights", "W", "Weights per layer")),
    Term("b", "Bias b", "The constant that each unit adds to its weighted sum.",
         r"b^{[l]} \in \mathbb{R}^{n_l}", NG, "walk?stage=z1", ("Bias", "Biases", "b")),
    Term("z", "Weighted sum z", "The inputs of a unit times its weights, plus the bias, before "
         "the activation; at the output also called logit.",
         "z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}", NG, "walk?stage=z1", ("z", "Z", "Pre-activation",
         "Logit", "Logits")),
    Term("a", "Value a", "A unit's output: its weighted sum after the activation.",
         "a^{[l]} = g(z^{[l]})", NG, "walk?stage=a1", ("a", "A", "Activations", "Values",
         "Signal going forward")),
    Term("activation", "Activation", "The non-linear function g of a unit; without one, all "
         "layers together are no more than a single one.", "a = g(z)", GOODFELLOW,
         "walk?stage=a1", ("Activation function", "g", "Non-linearity")),
    Term("slope", "Slope g′(z)", "How much a unit's value changes when its sum does; where it "
         "is near 0, little of the error gets back through the unit.", r"g'(z) = \frac{da}{dz}",
         RUMELHART, "walk?stage=delta1", ("g′", "Slope")),
    Term("softmax", "Softmax", "Turns a column of numbers into shares that add up to 1, which "
         "are read as probabilities of the classes.", r"a_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
         GOODFELLOW, "walk?walk=run&dataset=iris&stage=x"),
    Term("parameters", "Parameters θ", "All weights and biases of a network (and the scales and "
         "shifts of batch normalisation): the numbers that training changes.",
         r"\theta = (W^{[1]}, b^{[1]}, \dots, W^{[L]}, b^{[L]})", NG, "", ("Parameter", "θ")),
    Term("fan_in", "Fan-in and fan-out", "How many values a layer is given, and how many it "
         "passes on; starting weights are scaled by them.", r"n_{l-1},\; n_l",
         "Glorot & Bengio 2010, eq. 12", "gradients", ("Fan-in", "Fan-out")),
    Term("initializer", "Starting weights", "The distribution from which the weights are drawn "
         "before training; its scale decides whether signals survive a deep network.",
         r"W \sim \mathcal{N}(0, \sigma_w^2 / n_{l-1})", "Glorot & Bengio 2010; He et al. 2015",
         "gradients", ("Initialiser", "Initialisation")),
    Term("sigma_w", "Weight scale", "The standard deviation of the starting weights, times the "
         "root of the fan-in where they are drawn as mean-field theory has them.",
         r"W_{ij} \sim \mathcal{N}(0, \sigma_w^2/n_{l-1})", "Poole et al. 2016",
         "gradients?initializer=mean_field&dataset=circle", ("σ_w", "Weight scale σ_w")),
    Term("sigma_b", "Bias scale", "The standard deviation of the starting biases.",
         r"b_i \sim \mathcal{N}(0, \sigma_b^2)", "Poole et al. 2016",
         "gradients?initializer=mean_field&dataset=circle", ("σ_b",)),
    Term("batch_norm", "Batch normalisation", "Brings each unit's sums to mean 0 and variance 1 "
         "over the batch, then lets the unit learn a scale and a shift of its own.",
         r"z = \gamma\,\frac{u - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta",
         "Ioffe & Szegedy 2015, algorithm 1", "?batch_norm=on", ("Running moments", "γ", "β"),
         numpy=PLAIN_FORWARD),
    Term("residual", "Residual connections", "A layer adds what it computes to what it was "
         "given, so that the error has a way past it.", r"a^{[l]} = a^{[l-1]} + s\,g(z^{[l]})",
         "He et al. 2016, Deep residual learning", "?residual=on&hidden=8-8-8",
         ("Residual connection",)),
    Term("branch_scale", "Branch scale", "What a residual layer's own part is multiplied with "
         "before it is added.", "s", "He et al. 2016; Hanin & Rolnick 2018",
         "?residual=on&branch_scale=0.5&hidden=8-8-8"),
    Term("dropout", "Dropout", "Each step leaves out a share p of the hidden units, drawn anew "
         "for each example, and scales the others up.",
         r"a = \frac{g(z) \odot r}{1 - p},\quad r_i \sim \mathrm{Bernoulli}(1-p)", SRIVASTAVA,
         "?dropout=0.3", numpy=MASKS),
    Term("boundary", "Decision boundary", "The line along which a classifier gives two classes "
         "the same probability: p = 0.5.", r"\{x : a^{[L]}(x) = \tfrac12\}", GOODFELLOW, ""),
    Term("space", "Hidden space", "The space whose axes are the values of a layer's units: the "
         "data as the next layer gets it.", r"x \mapsto a^{[l]}(x)", RUMELHART, "?space_layer=last",
         ("Input plane", "Axes of the hidden space")),
    Term("components", "Principal components", "The directions in which data is spread most; "
         "the first two make a picture of data with many inputs.",
         r"\max_{\|v\| = 1} \mathrm{Var}(v^{\top} x)", "Pearson 1901", "?space_layer=last",
         ("Principal component",)),
    Term("discretise", "Discretise", "Show only which side of the boundary a point lies on, not "
         "how sure the network is.", "1_{a > 1/2}", "TensorFlow Playground", "?discretise=on"),
)  # fmt: skip
