"""Recursive rejection over a tree, siblings drawn without replacement.

Multi-step speculative sampling (SpecInfer, 2305.09781) with siblings drawn without
replacement (RSD, 2402.14160; Sequoia, 2402.12374): every sibling's law is the draft law
renormalised over the tokens not yet tried, and that law is the one that is compared and subtracted.
"""

from collections.abc import Sequence

from oracle.draft import ROOT, Draft, Outcome, Randomness
from oracle.numbers import Number, Row, scale, total
from oracle.residual import positive_part


def without(distribution: Row, tokens: Sequence[int]) -> list[Number]:
    """The distribution renormalised after some tokens were removed."""
    left: Row = [0 if token in tokens else mass for token, mass in enumerate(distribution)]
    return scale(left, total(left))


def recursive_rejection(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Try the siblings in order; each refusal replaces the target by the residual that it leaves."""
    accepted: list[int] = []
    node = ROOT
    while children := draft.children(node):
        residual: Row = target_rows[node + 1]
        for child in children:
            token, drafted = draft.tokens[child], draft.distributions[child]
            if random.accept(min(1, residual[token] / drafted[token]), child):
                accepted.append(child)
                node = child
                break
            rest = positive_part(residual, drafted)
            residual = scale(rest, total(rest))
        else:
            return Outcome(tuple(accepted), random.draw(residual, node), "correction")
    return Outcome(tuple(accepted), random.draw(target_rows[node + 1], node), "bonus")
