"""One example, and then a batch, through a network and back: each stage as data to be shown."""
