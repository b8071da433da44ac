"""Speculative sampling (Leviathan et al. 2211.17192, Algorithm 1; Chen et al. 2302.01318, Algorithm 2)."""

from collections.abc import Sequence

from oracle.draft import Draft, Outcome, Randomness
from oracle.numbers import Row
from oracle.residual import positive_part


def tokenwise(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Keep each token x with probability min(1, target(x) / draft(x)); mend the first one refused."""
    for node, token in enumerate(draft.tokens):
        target, drafted = target_rows[node], draft.distributions[node]
        if not random.accept(min(1, target[token] / drafted[token]), node):
            correction = random.draw(positive_part(target, drafted), node - 1)
            return Outcome(tuple(range(node)), correction, "correction")
    last = len(draft.tokens)
    return Outcome(tuple(range(last)), random.draw(target_rows[last], last - 1), "bonus")
