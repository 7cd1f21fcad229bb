"""Terms of signals through deep networks, and of looking at them."""

from lab.teaching.glossary.term import Term

POOLE, SCHOENHOLZ = "Poole et al. 2016", "Schoenholz et al. 2017"
BENGIO = "Bengio, Simard & Frasconi 1994; Glorot & Bengio 2010"

TERMS = (
    Term("vanishing", "Vanishing gradients", "The error shrinks from layer to layer on its way "
         "back, so that the first layers learn very little.",
         r"\|\delta^{[1]}\| \ll \|\delta^{[L]}\|", BENGIO,
         "gradients?dataset=circle&hidden=16-16-16-16-16-16-16-16&activation=sigmoid"
         "&optimizer=sgd", ("Vanishing", "Vanishing gradient", "Vanish")),
    Term("exploding", "Exploding gradients", "The error grows from layer to layer on its way "
         "back, until steps are far too large.", r"\|\delta^{[1]}\| \gg \|\delta^{[L]}\|",
         "Pascanu, Mikolov & Bengio 2013",
         "gradients?dataset=circle&hidden=16-16-16-16-16-16&initializer=mean_field"
         "&sigma_w=3&optimizer=sgd", ("Exploding", "Explode")),
    Term("saturation", "Saturation", "A bounded activation near its bound, where its slope is "
         "nearly 0; counted beyond 0.97 of the bound.", "|a| > 0.97", "Glorot & Bengio 2010",
         "layers?activation=tanh", ("Saturated", "Saturated values",
         "Saturated values, dead units", "Saturated values, dead units (dashed)")),
    Term("dead", "Dead units", "ReLU units that are 0 for every example looked at: they get no "
         "gradient and may stay so.", r"\max_i a_i = 0", "Maas, Hannun & Ng 2013",
         "layers?activation=relu", ("Dead unit",)),
    Term("rms", "Root mean square", "The typical size of numbers: the root of the mean of their "
         "squares.", r"\sqrt{\tfrac1n \sum_i x_i^2}", "Glorot & Bengio 2010", "layers", ("RMS",
         "RMS per weight")),
    Term("norm", "Norm", "The length of a vector, or of a matrix taken as one: the root of the "
         "sum of squares.", r"\|W\| = \sqrt{\textstyle\sum_{ij} W_{ij}^2}",
         "Goodfellow, Bengio & Courville 2016", "layers", ("Weight norm", "Length")),
    Term("per_example", "Gradient per example", "The size of single examples' gradients, per "
         "weight: it does not shrink where examples cancel.",
         r"\sqrt{\tfrac{1}{mn}\textstyle\sum_i \|dW^{(i)}\|^2}", "Glorot & Bengio 2010", "layers",
         ("Per example", "Per example (RMS per weight)")),
    Term("mean_gradient", "Mean gradient", "The gradient of the mean cost, which is what a step "
         "uses: contributions on which examples disagree cancel.",
         r"\left\|\tfrac1m \textstyle\sum_i dW^{(i)}\right\|",
         "Ng, Deep Learning Specialization, course 2", "?gradient=gradient_norm",
         ("Norm of the mean gradient", "Of the mean gradient")),
    Term("update_ratio", "Update to weight", "The size of a step relative to the weights that it "
         "changes; about 10⁻³ is usual.", r"\frac{\|\Delta W\|}{\|W\|}", "Karpathy, CS231n notes",
         "layers", ("Update-to-weight ratio",)),
    Term("flow", "Flow of the gradient", "The gradient's size in every layer at every step, as "
         "a map.", r"\log_{10} \|dW^{[l]}(t)\|", "Glorot & Bengio 2010", "layers"),
    Term("distribution", "Distributions", "How many of a layer's values lie where.", "p(w)",
         "TensorBoard", "layers", ("Distribution", "Histogram", "Density")),
    Term("ridgelines", "Ridgelines", "Distributions of several moments, one behind the other, "
         "the newest in front.", "p_t(w)", "TensorBoard's histogram dashboard", "layers",
         ("Ridgelines or overlay", "Overlay")),
    Term("percentiles", "Percentiles", "The values below which a given percentage of all values "
         "lie; the 50th is the median.", r"P(w \le q_p) = p", "Galton 1885",
         "layers?spread=percentiles", ("Percentile", "Median")),
    Term("symlog", "Symmetric-log axis", "A logarithmic axis in both directions from 0, with a "
         "linear stretch in the middle.", r"\operatorname{sign}(x)\,\ln(1 + |x|/c)",
         "Webber 2013", "layers?value_axis=symlog", ("Symlog", "Symmetric log")),
    Term("log_axis", "Logarithmic axis", "An axis on which equal distances are equal factors, for "
         "values that span several powers of ten.", r"\log_{10} x", "TensorBoard", "", ("Log axis",
         "Log")),
    Term("mean_field", "Mean-field theory", "What happens to signals in networks of random "
         "weights as their layers become wide.",
         r"q^{[l+1]} = \sigma_w^2\,\mathbb{E}[g(\sqrt{q^{[l]}}\,z)^2] + \sigma_b^2", POOLE,
         "gradients", ("Theory",)),
    Term("q", "Length q", "The mean square of a layer's weighted sums, in mean-field theory.",
         r"q^{[l]} = \tfrac{1}{n_l} \textstyle\sum_i (z_i^{[l]})^2", POOLE, "gradients", ("q",)),
    Term("chi", "Factor χ₁", "The factor by which a layer multiplies the mean square of the "
         "back-propagated error: 1 is critical.",
         r"\chi_1 = \sigma_w^2\,\mathbb{E}[g'(\sqrt{q}\,z)^2]", SCHOENHOLZ, "gradients", ("χ", "χ₁",
         "Factor a layer")),
    Term("critical", "Critical", "Starting weights with which the error keeps its size: between "
         "order and chaos, at step 0.", r"\chi_1 = 1", SCHOENHOLZ, "gradients", ("Critical line",
         "Edge of chaos", "Critical point")),
    Term("ordered", "Ordered phase", "Where different inputs become more and more alike from "
         "layer to layer, and gradients vanish.", r"\chi_1 < 1", POOLE,
         "gradients?dataset=circle&initializer=mean_field&sigma_w=0.5", ("Ordered",)),
    Term("chaotic", "Chaotic phase", "Where similar inputs become more and more different from "
         "layer to layer, and gradients explode.", r"\chi_1 > 1", POOLE,
         "gradients?dataset=circle&initializer=mean_field&sigma_w=2.5", ("Chaotic", "Chaos")),
    Term("phase", "Phase diagram", "The map of ordered and chaotic starting weights, over their "
         "scale and that of the biases.", r"\chi_1(\sigma_w, \sigma_b)", POOLE, "gradients"),
    Term("xi", "Depth scale ξ_c", "The number of layers over which the correlation of two inputs "
         "is lost; networks can be trained to about six times this depth.",
         r"\xi_c = -1 / \ln \chi(c^*)", SCHOENHOLZ, "gradients", ("ξ_c", "Correlation length",
         "Depth scale")),
    Term("correlation", "Correlation", "How similar a layer's values are for two inputs: 1 is the "
         "same.", r"c = \frac{a \cdot a'}{\|a\|\,\|a'\|}", POOLE, "gradients"),
    Term("band", "Band of other draws", "The range in which 90 % of the networks lie that were "
         "drawn with other seeds.", r"[q_{5\,\%}, q_{95\,\%}]", "He et al. 2015", "gradients",
         ("Band", "Other draws")),
    Term("product", "The product taken apart", "The factors of the back-propagated error: weights "
         "and slopes, layer by layer.",
         r"\delta^{[l]} = \prod_k D^{[k]} W^{[k+1]\top}\, \delta^{[L]}", "Glorot & Bengio 2010",
         "gradients", ("How the product is taken apart",)),
    Term("singular", "Singular values", "The factors by which a matrix stretches directions, in "
         "descending order.", r"W = U \Sigma V^{\top}", "Saxe, McClelland & Ganguli 2013",
         "gradients?apart=end_to_end", ("Singular value", "Spectrum")),
    Term("trainability", "Measured trainability", "Which depths and weight scales can be trained, "
         "found by training a grid of networks.", r"L \lesssim 6\,\xi_c", SCHOENHOLZ, "gradients",
         ("Trainability",)),
    Term("verdict", "Verdict", "What the lab says of a network: whether errors and activations "
         "keep their size through its layers.", r"\|\delta^{[1]}\| / \|\delta^{[L]}\|", BENGIO,
         "gradients"),
    Term("diagnosis", "Diagnosis", "What is wrong with a run, found by rules whose evidence is "
         "shown.", "", "The rules in lab/analysis/diagnosis, each with its own", "layers",
         ("Diagnosis in words", "Finding")),
)  # fmt: skip
