"""What a verification rule reads and returns, and the randomness it may ask for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from oracle.numbers import Number, Row

ROOT = -1


@dataclass(frozen=True)
class Draft:
    """An ordered tree of proposed tokens; a parent stands before its children, -1 is the root."""

    tokens: Sequence[int]
    parents: Sequence[int]
    distributions: Sequence[Row]
    """The law each token was drawn from, given everything before it, earlier siblings included."""

    def children(self, node: int) -> list[int]:
        """The children of a node, in the order in which a rule tries them."""
        return [child for child, parent in enumerate(self.parents) if parent == node]


def chain(tokens: Sequence[int], distributions: Sequence[Row]) -> Draft:
    """A draft without branches."""
    return Draft(tokens, range(-1, len(tokens) - 1), distributions)


@dataclass(frozen=True)
class Outcome:
    """The accepted nodes from the root down, and the token after them."""

    accepted: tuple[int, ...]
    next_token: int
    kind: Literal["correction", "bonus"]


class Randomness(Protocol):
    """What a rule may ask; every question names the node it is about (-1 is the root)."""

    def accept(self, probability: Number, node: int) -> bool:
        """True with that probability: is `node` accepted?"""

    def draw(self, weights: Row, node: int) -> int:
        """A token in proportion to the weights: what follows `node`?"""


Rule = Callable[[Draft, Sequence[Row], Randomness], Outcome]
"""A rule; target row 0 follows the committed tokens, row i + 1 follows node i."""
