"""Rules that real systems have shipped and that are not exact: the proofs must fail on each."""

from collections.abc import Sequence

from oracle.block import kept_mass, stop_probability
from oracle.draft import Draft, Outcome, Randomness
from oracle.numbers import Row, scale, total
from oracle.residual import positive_part
from oracle.traversal import Tree, climb


def correct_from_the_target(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Tokenwise, but the correction is drawn from the target instead of the residual."""
    for node, token in enumerate(draft.tokens):
        target, drafted = target_rows[node], draft.distributions[node]
        if not random.accept(min(1, target[token] / drafted[token]), node):
            return Outcome(tuple(range(node)), random.draw(target, node - 1), "correction")
    last = len(draft.tokens)
    return Outcome(tuple(range(last)), random.draw(target_rows[last], last - 1), "bonus")


def accept_by_difference(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Tokenwise with the difference of the probabilities where the ratio belongs."""
    for node, token in enumerate(draft.tokens):
        target, drafted = target_rows[node], draft.distributions[node]
        if not random.accept(min(1, 1 - (drafted[token] - target[token])), node):
            rest = positive_part(target, drafted)
            weights = rest if total(rest) > 0 else target
            return Outcome(tuple(range(node)), random.draw(weights, node - 1), "correction")
    last = len(draft.tokens)
    return Outcome(tuple(range(last)), random.draw(target_rows[last], last - 1), "bonus")


def block_that_stops(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Block verification that ends at the first refusal instead of keeping the longest prefix."""
    mass = kept_mass(draft, target_rows)
    longest = 0
    for length in range(1, len(draft.tokens) + 1):
        if not random.accept(stop_probability(length, mass, draft, target_rows), length - 1):
            break
        longest = length
    target = target_rows[longest]
    if longest == len(draft.tokens):
        return Outcome(tuple(range(longest)), random.draw(target, longest - 1), "bonus")
    rest = positive_part(target, draft.distributions[longest], mass[longest])
    weights = rest if total(rest) > 0 else target
    return Outcome(tuple(range(longest)), random.draw(weights, longest - 1), "correction")


def redraw_on_mismatch(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Sample-match that throws the target's sample away and draws afresh."""
    for node, token in enumerate(draft.tokens):
        if random.draw(target_rows[node], node - 1) != token:
            return Outcome(tuple(range(node)), random.draw(target_rows[node], node - 1), "correction")
    last = len(draft.tokens)
    return Outcome(tuple(range(last)), random.draw(target_rows[last], last - 1), "bonus")


def stale_sibling_law(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Recursive rejection that compares every sibling with the first one's law, not renormalised."""
    siblings = draft.children(-1)
    residual: Row = target_rows[0]
    for child in siblings:
        token, drafted = draft.tokens[child], draft.distributions[siblings[0]]
        if random.accept(min(1, residual[token] / drafted[token]), child):
            return Outcome((child,), random.draw(target_rows[child + 1], child), "bonus")
        rest = positive_part(residual, drafted)
        residual = scale(rest, total(rest)) if total(rest) > 0 else residual
    return Outcome((), random.draw(residual, -1), "correction")


class _MassAsShare(Tree):
    def remove(self, leaf: int) -> None:
        above = self.draft.parents[leaf]
        rest = positive_part(self.target[above], self.draft.distributions[leaf], self.kept[above])
        super().remove(leaf)
        self.kept[above] = total(rest)


def traversal_by_mass(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Traversal that takes the residual's mass for the share kept: equation 3 without its denominator."""
    return climb(_MassAsShare(draft, target_rows), random)


def k_seq_without_division(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """K-SEQ with rho = 1: k chances at the ratio keep likely tokens too often."""
    siblings = draft.children(-1)
    target, drafted = target_rows[0], draft.distributions[0]
    for child in siblings:
        token = draft.tokens[child]
        if random.accept(min(1, target[token] / drafted[token]), child):
            return Outcome((child,), random.draw(target_rows[child + 1], child), "bonus")
    rest = positive_part(target, drafted)
    return Outcome((), random.draw(rest if total(rest) > 0 else target, -1), "correction")
