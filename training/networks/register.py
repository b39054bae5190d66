"""The register of networks: each has a name, by which a recipe asks for it, and a function that builds it.

A family of networks is a module beside this one. It adds its networks with the decorator `network`, and
`training/networks/build.py` imports it: that line and the module are all that a new family takes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Keras takes seconds to import, and the command line answers without it
    import keras


class NetworkError(Exception):
    """A network cannot be built, opened by the app or given another one's weights; the text says what to do."""


# Called with image_size_px (int, or None for faces of any size), heads (each head's name and number of labels) and
# is_fitted (whether for a fit or for a file, see `batch_normalization`). A builder returns a plain Keras 3 functional
# model from (N, S, S, 1) float32 faces to a dictionary of (N, labels) float32 probabilities, one for each head. It
# names a head's layers after the head: `<head>` the softmax, `<head>_scores` the last layer with weights, a kernel
# and a bias for each label, into which the balance of the labels is built; any other `<head>_…`.
Builder = Callable[..., "keras.Model"]


@dataclass(frozen=True, slots=True)
class Network:
    """An entry of the register.

    parameters: how many it has with one head of seven labels, moving averages included. image_size_px: the side of the
    faces that it is described for, where its weights depend on that; None where it takes faces of any size.
    """

    name: str
    builder: Builder
    parameters: int
    image_size_px: int | None = None


NETWORKS: dict[str, Network] = {}


def network(name: str, *, parameters: int, image_size_px: int | None = None) -> Callable[[Builder], Builder]:
    """Add the decorated builder to the register, see `Network`; raises ValueError where the name is taken."""

    def add(builder: Builder) -> Builder:
        if name in NETWORKS:
            raise ValueError(f"network {name}: {NETWORKS[name].builder.__module__} has added one of that name already")
        NETWORKS[name] = Network(name, builder, parameters, image_size_px)
        return builder

    return add


def find_network(name: str) -> Network:
    """Return the network of this name; raises NetworkError, which lists the known ones."""
    if name not in NETWORKS:
        raise NetworkError(f"no network is called {name}; known are {', '.join(sorted(NETWORKS))}. "
                           "Name one of them as the recipe's architecture, or add a module to training/networks")
    return NETWORKS[name]
