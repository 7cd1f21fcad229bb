"""A network to begin with, for data of any size: what the page proposes for a file."""

from __future__ import annotations

from dnn.config import Config
from dnn.data.datasets import Dataset
from dnn.run.training import check_start

#: Units of the first hidden layer, for up to so many inputs; pictures have many alike.
FIRST_LAYER = ((2, 8), (16, 16), (64, 32), (1000, 64))
WIDEST = 32
#: With fewer training examples a smaller network is enough.
FEW, ENOUGH = 150, 16
#: Examples of a batch, for up to so many training examples.
BATCHES = ((2_000, 32), (20_000, 64))
LARGEST_BATCH = 128
#: From so many inputs on Adam takes smaller steps: each moves all of a unit's weights at once.
MANY_INPUTS = 500


def proposed(data: Dataset, train_share: float = 0.7, scaling: str = "standard") -> Config:
    """Return a Config to train on data with: layers, batch size and learning rate for its size.

    train_share, scaling: how the data came about, which the Config is to say. Raises ValueError
    where even a small network is too large to train here.
    """
    n, m = data.n_inputs, data.m_train
    first = next((units for inputs, units in FIRST_LAYER if n <= inputs), WIDEST)
    first = min(first, ENOUGH) if m < FEW else first
    config = Config(
        hidden=(first, max(4, first // 2)),
        activation="tanh" if n <= 2 else "relu",
        optimizer="adam",
        learning_rate=0.01 if n < MANY_INPUTS else 0.001,
        batch_size=next((b for most, b in BATCHES if m <= most), LARGEST_BATCH),
        dtype="float32",
        train_share=min(max(train_share, 0.1), 0.9),
        scaling=scaling,
    )
    try:
        check_start(config, data)
    except ValueError:
        config = Config(**{**vars(config), "hidden": (4,)})
        check_start(config, data)
    return config


def reasons(config: Config, data: Dataset) -> str:
    """Return in a sentence what is proposed."""
    batch = min(config.batch_size or data.m_train, data.m_train)
    hidden = "–".join(map(str, (data.n_inputs, *config.hidden, data.n_outputs)))
    return (
        f"{hidden}, {'tanh' if config.activation == 'tanh' else 'ReLU'}, Adam with learning rate "
        f"{config.learning_rate:g}, batches of {batch}"
    )
