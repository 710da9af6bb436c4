"""A process with few descriptors."""

import os
from errno import EMFILE


class Descriptors:
    """Gives real ones, as long as there are any *left*."""

    def __init__(self, left: int = 1000) -> None:
        self.left = left

    def open(self) -> int:
        if not self.left:
            raise OSError(EMFILE, "Too many open files")
        self.left -= 1
        return os.open(os.devnull, os.O_RDONLY)
