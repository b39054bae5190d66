"""The networks that lie in `assets/`: opened only if they are, bit by bit, the ones that Emocam was built with."""

import hashlib
from pathlib import Path

import numpy as np

from emocam.engine.network import open_interpreter


class ShippedNetwork:
    """A compiled network that answers to one square RGB picture at a time; for one thread at a time."""

    def __init__(self, path: Path, *, sha256: str, side_px: int) -> None:
        """Open the network; raises ValueError where the file is missing or is not the one with this digest.

        The digest is compared first: of ten copies with twenty flipped bits, LiteRT ran five without a word.
        """
        try:
            flatbuffer = path.read_bytes()
        except OSError as error:
            raise ValueError(f"expected a network in {path} ({error.strerror}); install Emocam anew") from None
        if hashlib.sha256(flatbuffer).hexdigest() != sha256:
            raise ValueError(f"expected in {path} the network that comes with Emocam; it is damaged or another: "
                             "install Emocam anew")
        self._interpreter = open_interpreter(flatbuffer)
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]
        self.picture = np.zeros((side_px, side_px, 3), np.float32)

    def answer(self) -> list[np.ndarray]:
        """Return what the network makes of `picture`, which the caller has filled: its outputs, in their order."""
        self._interpreter.set_tensor(self._input, self.picture[np.newaxis])
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(output)[0] for output in self._outputs]
