"""Laws of token sequences over a tiny vocabulary."""

from collections.abc import Callable
from itertools import product

from oracle.numbers import Number, Row

History = tuple[int, ...]
Law = Callable[[History], Row]
"""The distribution of the next token after a history."""
JointLaw = dict[History, Number]
"""The probability of whole sequences."""


def sequence_law(law: Law, length: int, vocabulary: int) -> JointLaw:
    """The probability of every sequence of `length` tokens."""
    joint: JointLaw = {}
    for tokens in product(range(vocabulary), repeat=length):
        probability: Number = 1
        for position, token in enumerate(tokens):
            probability = probability * law(tokens[:position])[token]
        joint[tokens] = probability
    return joint
