"""Terms of cost, gradients and training."""

from lab.teaching.glossary.network import GOODFELLOW, NG, RUMELHART
from lab.teaching.glossary.term import Term

PASCANU = "Pascanu, Mikolov & Bengio 2013"

TERMS = (
    Term("cost", "Cost", "What training minimises: the mean, over the examples, of how wrong each "
         "answer is.", r"J = \frac1m \sum_{i=1}^m L(a_i, y_i)", NG, "walk?stage=cost", ("J", "Loss",
         "L", "Train cost", "Test cost", "Train cost and test cost")),
    Term("nats", "Nats", "The unit of cross-entropy with natural logarithms; guessing between "
         "two classes costs ln 2 = 0.693 nats.", r"-\ln p", GOODFELLOW, "walk?stage=cost",
         ("Nat",)),
    Term("cross_entropy", "Cross-entropy", "The cost of a probability: minus the logarithm of "
         "what was given to the class that is right.", r"L = -\sum_k y_k \ln a_k", GOODFELLOW,
         "walk?stage=cost"),
    Term("guessing", "Cost of guessing", "The cost of the best constant answer; a network that "
         "costs as much has learned nothing.", r"-\sum_k p_k \ln p_k", GOODFELLOW, "",
         ("Guessing",)),
    Term("accuracy", "Accuracy", "The share of examples whose class is predicted correctly; it "
         "cannot be inferred from the cost.", r"\frac1m \sum_i 1_{\hat y_i = y_i}", GOODFELLOW, "",
         ("Train accuracy", "Test accuracy")),
    Term("r2", "R²", "The share of the targets' variance that the answers explain: 1 is all of "
         "it, 0 is what their mean would explain.",
         r"R^2 = 1 - \frac{\sum_i (a_i - y_i)^2}{\sum_i (y_i - \bar y)^2}", "Wright 1921",
         "?dataset=diabetes", ("Train R²", "Test R²")),
    Term("derivative", "Derivative", "How fast a number changes when another is moved a little.",
         r"\frac{dL}{dz} = \lim_{h \to 0} \frac{L(z + h) - L(z)}{h}", GOODFELLOW,
         "walk?walk=chain&stage=slope", ("Slope of a curve",)),
    Term("partial", "Partial derivative", "The derivative by one of several numbers, while the "
         "others are held still: written with ∂ instead of d.",
         r"\frac{\partial f}{\partial x} = \lim_{h \to 0} \frac{f(x + h, y) - f(x, y)}{h}",
         GOODFELLOW, "walk?walk=chain&stage=link_z", ("∂", "Partial derivatives")),
    Term("chain_rule", "Chain rule", "The derivative of a function of a function is the product "
         "of their derivatives.", r"\frac{dL}{dz} = \frac{dL}{da}\,\frac{da}{dz}", RUMELHART,
         "walk?walk=chain"),
    Term("gradient", "Gradient", "All derivatives of the cost by the parameters: the direction "
         "in which it grows fastest.", r"\nabla J = \frac{\partial J}{\partial \theta}", NG,
         "walk?stage=dW1", ("Gradients", "Gradient per layer", "What each layer learns from",
         "dJ/dW")),
    Term("backprop", "Back-propagation", "The chain rule from the output to the input: each layer "
         "uses what the next one has computed.",
         r"\delta^{[l]} = (W^{[l+1]\top} \delta^{[l+1]}) \odot g'(z^{[l]})", RUMELHART,
         "walk?stage=delta2", ("Backprop", "Backward pass")),
    Term("delta", "Delta δ", "How much an example's cost L changes with a unit's weighted sum: the "
         "error that is carried back.", r"\delta^{[l]} = \frac{\partial L}{\partial z^{[l]}}",
         RUMELHART, "walk?stage=delta1", ("δ", "Delta", "Deltas", "Error", "Back-propagated error",
         "dZ")),
    Term("dW", "Weight gradient dW", "The derivative of the cost J by a layer's weights: δ at the "
         "end of each link times the value at its start, averaged over the examples.",
         r"dW^{[l]} = \frac1m\,\delta^{[l]} A^{[l-1]\top}", NG, "walk?stage=dW1", ("dW",)),
    Term("db", "Bias gradient db", "The derivative of the cost J by a layer's biases: the mean "
         "of δ over the examples.", r"db^{[l]} = \frac1m \sum_i \delta^{[l](i)}", NG,
         "walk?stage=db1", ("db",)),
    Term("outer", "Outer product", "A column times a row: a matrix of every entry of the one "
         "times every entry of the other.", r"(\delta a^{\top})_{ij} = \delta_i\,a_j", GOODFELLOW,
         "walk?stage=dW1"),
    Term("transpose", "Transpose", "A matrix with rows and columns exchanged: forwards W "
         "gathers a unit's inputs, backwards Wᵀ gathers what the unit feeds.",
         r"(W^{\top})_{ij} = W_{ji}", GOODFELLOW, "walk?stage=delta1", ("Wᵀ",)),
    Term("hadamard", "Product entry by entry ⊙", "Two columns multiplied place by place, "
         "without a sum.", r"(u \odot v)_i = u_i\,v_i", GOODFELLOW, "walk?stage=delta1",
         ("Hadamard product", "⊙")),
    Term("broadcasting", "Broadcasting", "A column that is added to every column of a matrix: "
         "one bias for all examples.", "(Z + b)_{ij} = Z_{ij} + b_i", "NumPy",
         "walk?stage=columns"),
    Term("jacobian", "Jacobian", "The matrix of all derivatives of a layer's values by those of "
         "the layer before.", r"J_{ij} = \frac{\partial a^{[l]}_i}{\partial a^{[l-1]}_j}",
         "Glorot & Bengio 2010, eq. 17", "gradients?apart=layers", ("Jacobians",
         "Jacobian of each layer")),
    Term("differences", "Central differences", "A derivative found without calculus: move a "
         "number a little up and down, and see what the cost does.",
         r"\frac{J(\theta + h) - J(\theta - h)}{2h}", GOODFELLOW, "walk?stage=dW1",
         ("Finite differences", "Backprop ✓", "Gradient check")),
    Term("update", "Update", "What a step adds to the parameters.",
         r"\theta \leftarrow \theta + \Delta\theta", NG, "walk?stage=update1", ("Step",
         "Training step")),
    Term("gradient_descent", "Plain gradient descent", "Each step goes a small way against the "
         "gradient.", r"\theta \leftarrow \theta - \eta\,\nabla J", "Cauchy 1847",
         "walk?stage=update1", ("Stochastic gradient descent",)),
    Term("optimizer", "Optimiser", "The rule that turns a gradient into an update.",
         r"\Delta\theta = f(\nabla J, \text{memory})", GOODFELLOW, ""),
    Term("learning_rate", "Learning rate", "How far a step goes along the (rescaled) gradient: "
         "too small is slow, too large diverges.", r"\eta", NG, "walk?stage=update1", ("η",)),
    Term("schedule", "Schedule", "How the learning rate changes over the steps.", r"\eta(t)",
         GOODFELLOW, "?schedule=cosine"),
    Term("schedule_steps", "Schedule steps", "The number of steps T over which a schedule acts.",
         "T", "Loshchilov & Hutter 2017", "?schedule=cosine"),
    Term("schedule_decay", "Schedule decay", "What the learning rate is multiplied by over every "
         "T steps.", r"\eta(t + T) = d\,\eta(t)", "Senior et al. 2013, section 2.1",
         "?schedule=exponential"),
    Term("batch", "Batch", "The examples that a step averages over; a part of the training data "
         "is called a mini-batch.", r"X = [x_1 \cdots x_m]", NG, "walk?stage=columns",
         ("Mini-batch", "Full batch")),
    Term("m", "Batch size", "How many examples each step averages over: more give a steadier "
         "gradient, fewer give more steps.", "m", NG, "walk?stage=mean1", ("m",)),
    Term("epoch", "Epoch", "One pass through all training examples.",
         r"\lceil M / m \rceil \text{ steps}", NG, ""),
    Term("momentum_constant", "Momentum constant μ", "How much of the last step's direction is "
         "kept.", r"v \leftarrow \mu v + g", "Polyak 1964", "?optimizer=momentum", ("μ",)),
    Term("rho", "ρ", "The memory of RMSProp's running mean of squared gradients.",
         r"v \leftarrow \rho v + (1-\rho) g^2", "Hinton 2012, lecture 6e", "?optimizer=rmsprop"),
    Term("beta1", "β₁", "The memory of Adam's running mean of gradients.",
         r"m \leftarrow \beta_1 m + (1-\beta_1) g", "Kingma & Ba 2015",
         "?optimizer=adam&dtype=float32"),
    Term("beta2", "β₂", "The memory of Adam's running mean of squared gradients.",
         r"v \leftarrow \beta_2 v + (1-\beta_2) g^2", "Kingma & Ba 2015",
         "?optimizer=adam&beta2=0.99"),
    Term("epsilon", "ε", "A small number that keeps a division finite.",
         r"\frac{m}{\sqrt{v} + \varepsilon}", "Kingma & Ba 2015", "?optimizer=adam&epsilon=1e-6"),
    Term("l2", "L2 penalty", "Adds the squares of all weights to the cost, which pulls every "
         "weight towards 0, the large ones most.", r"J + \frac{\lambda}{2} \sum W^2",
         "Krogh & Hertz 1992", "?l2=0.001", ("Weight decay", "L2", "Regularisation")),
    Term("l1", "L1 penalty", "Adds the sizes of all weights to the cost, which pulls every "
         "weight towards 0 by the same amount.", r"J + \lambda \sum |W|", "Tibshirani 1996",
         "?l1=0.001", ("L1",)),
    Term("clip_norm", "Clip the norm", "Scales the whole gradient down where it is longer than "
         "c.", r"g \leftarrow g \min(1, c / \|g\|)",
         "Pascanu, Mikolov & Bengio 2013, algorithm 1", "?clip_norm=1", ("Gradient clipping",
         "Clipping")),
    Term("clip_value", "Clip the values", "Cuts every entry of the gradient off at ±c.",
         r"g_i \leftarrow \min(\max(g_i, -c), c)", PASCANU, "?clip_value=1"),
    Term("overfitting", "Overfitting", "The training cost falls while the test cost rises: the "
         "network learns what is peculiar to its examples.",
         r"J_{\text{test}} \gg J_{\text{train}}", GOODFELLOW,
         "?dataset=gauss&noise=0.5&samples=60&hidden=32-32"),
    Term("plateau", "Plateau", "A stretch of steps over which the cost hardly falls.",
         r"\|\nabla J\| \approx 0", GOODFELLOW, "layers"),
    Term("divergence", "Divergence", "Numbers grow without bound: the run stops itself where "
         "one passes 10¹² or is no longer finite.", r"|\theta| > 10^{12}", PASCANU,
         "?learning_rate=100&optimizer=sgd&activation=relu", ("Diverged",
         "The last steps of a run that diverged", "The last steps")),
    Term("symmetry", "Symmetry", "Units of a layer that start equal get equal gradients, and "
         "stay equal: random starting weights break it.",
         r"W_{i\cdot} = W_{j\cdot} \Rightarrow dW_{i\cdot} = dW_{j\cdot}", GOODFELLOW,
         "?initializer=zeros", ("Units that stay equal",)),
)  # fmt: skip
