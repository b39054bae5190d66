"""The end that networks of the literature have in common: for each head a dense layer and a softmax."""

from collections.abc import Mapping

import keras
from keras import layers


def dense_heads(features: keras.KerasTensor, heads: Mapping[str, int]) -> dict[str, keras.KerasTensor]:
    """Return each head's probabilities of (N, F) features, in float32 whatever the network computes in."""
    outputs = {}
    for name, count in heads.items():
        scores = layers.Dense(count, name=f"{name}_scores", dtype="float32")(features)
        outputs[name] = layers.Softmax(name=name, dtype="float32")(scores)
    return outputs
