"""Sample and match: the target speaks for itself, and the draft is right or wrong about it."""

from collections.abc import Sequence

from oracle.draft import Draft, Outcome, Randomness
from oracle.numbers import Row


def sample_match(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Draw the target's own token at every position, and go on while the draft said the same."""
    for node, token in enumerate(draft.tokens):
        drawn = random.draw(target_rows[node], node - 1)
        if drawn != token:
            return Outcome(tuple(range(node)), drawn, "correction")
    last = len(draft.tokens)
    return Outcome(tuple(range(last)), random.draw(target_rows[last], last - 1), "bonus")
