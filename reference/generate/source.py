"""Random inputs for fixtures, from Philox: the same on every machine and with every NumPy."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from oracle.philox import Key, philox4x32

Item = TypeVar("Item")


class Source:
    """A stream of random numbers with a name; equal names give equal streams."""

    def __init__(self, name: str) -> None:
        """The key is the first 64 bits of the name's SHA-256."""
        digest = sha256(name.encode()).digest()
        self.key: Key = (int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little"))
        self.asked = 0

    def word(self) -> int:
        """A 32-bit word."""
        block, place = divmod(self.asked, 4)
        if place == 0:
            self.block = philox4x32((block & 0xFFFFFFFF, block >> 32, 0, 0), self.key)
        self.asked += 1
        return self.block[place]

    def uniform(self) -> float:
        """An odd multiple of 2^-33 in (0, 1): exact as float64, and equal to no simple fraction."""
        return (2 * self.word() + 1) * 2.0**-33

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1; its bias is below bound / 2^32."""
        return self.word() * bound >> 32

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.uniform() < probability

    def choice(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[self.below(len(items))]
