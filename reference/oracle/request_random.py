"""The counter layout that makes every draw of a request a pure function of what the draw is for."""

from dataclasses import dataclass
from typing import Literal

from oracle.philox import WORD, Key, philox4x32

Purpose = Literal["draft", "accept", "residual", "sample"]
PURPOSES: tuple[Purpose, ...] = ("draft", "accept", "residual", "sample")


def request_key(seed: int, request: int) -> Key:
    """The 64-bit key of a request: Philox under the key 0 of the counter (seed low, seed high, request, 0).

    `seed` is taken modulo 2^64, so a negative one is its two's complement.
    """
    k0, k1, _, _ = philox4x32((seed & WORD, (seed >> 32) & WORD, request & WORD, 0), (0, 0))
    return k0, k1


@dataclass(frozen=True)
class RequestRandom:
    """All uniforms of one request, keyed by (seed, request)."""

    key: Key

    @classmethod
    def of(cls, seed: int, request: int) -> "RequestRandom":
        """The randomness of request number `request` under `seed`."""
        return cls(request_key(seed, request))

    def words(
        self, committed_length: int, purpose: Purpose, stage: int, node: int, index: int
    ) -> tuple[int, int, int, int]:
        """The Philox block of one draw.

        Counter: committed length, node + 1 (the root is -1), purpose (8 bits up) and stage, index.
        """
        purpose_and_stage = PURPOSES.index(purpose) << 8 | stage
        return philox4x32((committed_length, node + 1, purpose_and_stage, index), self.key)

    def uniform(self, committed_length: int, purpose: Purpose, stage: int, node: int, index: int) -> float:
        """A multiple of 2^-53 in [0, 1): the top 27 bits of word 0, then the top 26 bits of word 1."""
        high, low, _, _ = self.words(committed_length, purpose, stage, node, index)
        return ((high >> 5) << 26 | low >> 6) * 2.0**-53
