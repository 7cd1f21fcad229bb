"""Ten steps of every optimiser as PyTorch makes them: prints tests/traces.py.

    python tests/benchmarks/traces.py > tests/traces.py          # with PyTorch installed

The problem is logistic regression on six examples, full batch, in float64. What differs from ours:
torch's SGD holds the same velocity, v <- mu v + g, and multiplies by the rate outside; its RMSprop
calls rho alpha and adds eps outside the root, as ours does; its AdamW shrinks the parameters before
its step, weights and biases alike, so that the biases go into a group of their own without decay.
"""

import torch

X = torch.tensor(
    [[0.5, -1.0, 1.5, 0.2, -0.7, 2.0], [1.0, 0.3, -0.4, -1.2, 0.8, 0.1]], dtype=torch.float64
)
Y = torch.tensor([[1, 0, 1, 1, 0, 0]], dtype=torch.float64)
W, B = [[0.3, -0.6]], [[0.1]]
RATE, MU, RHO, B1, B2, EPS, L2, STEPS = 0.1, 0.8, 0.9, 0.7, 0.95, 1e-3, 0.3, 10

#: Coupled decay (l2 in the gradient) is weight_decay of everything but AdamW.
OPTIMIZERS = {
    "sgd": lambda groups: torch.optim.SGD(groups, lr=RATE),
    "momentum": lambda groups: torch.optim.SGD(groups, lr=RATE, momentum=MU),
    "nesterov": lambda groups: torch.optim.SGD(groups, lr=RATE, momentum=MU, nesterov=True),
    "rmsprop": lambda groups: torch.optim.RMSprop(groups, lr=RATE, alpha=RHO, eps=EPS),
    "adam": lambda groups: torch.optim.Adam(groups, lr=RATE, betas=(B1, B2), eps=EPS),
    "adamw": lambda groups: torch.optim.AdamW(groups, lr=RATE, betas=(B1, B2), eps=EPS),
}


def trace(key: str, l2: float) -> list[tuple[float, ...]]:
    """Return (w1, w2, b) after each step."""
    w = torch.tensor(W, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(B, dtype=torch.float64, requires_grad=True)
    groups = [{"params": [w], "weight_decay": l2}, {"params": [b], "weight_decay": 0.0}]
    optimizer = OPTIMIZERS[key](groups)
    rows = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(w @ X + b, Y)
        loss.backward()
        optimizer.step()
        rows.append((*w.detach().ravel().tolist(), b.item()))
    return rows


def main() -> None:
    version = torch.__version__.split("+")[0]
    print(f'"""Ten steps of every optimiser by PyTorch {version}: tests/benchmarks/traces.py."""\n')
    print(f"X = {X.tolist()}\nY = {Y.tolist()}\nWEIGHTS = [({W}, {B})]")
    print("SETTINGS = {")
    for name, value in (
        ("learning_rate", RATE), ("momentum", MU), ("rho", RHO),
        ("beta1", B1), ("beta2", B2), ("epsilon", EPS),
    ):  # fmt: skip
        print(f'    "{name}": {value},')
    print("}\n\n#: By optimiser and l2: (w1, w2, b) after each of ten steps.\nTRACES = {")
    for key in OPTIMIZERS:
        for l2 in (0.0, L2):
            print(f'    ("{key}", {l2}): [')
            for row in trace(key, l2):
                print(f"        ({', '.join(map(repr, row))}),")
            print("    ],")
    print("}")


if __name__ == "__main__":
    main()
