"""Traversal verification (Weng et al. 2505.12398): a tree is judged from its leaves to its root."""

from collections.abc import Sequence

from oracle.draft import ROOT, Draft, Outcome, Randomness
from oracle.numbers import Number, Row, scale, total
from oracle.residual import positive_part


class Tree:
    """What is left of a draft while its leaves are refused, one after the other."""

    def __init__(self, draft: Draft, target_rows: Sequence[Row]) -> None:
        """Target rows as in `Rule`: [nodes + 1]."""
        nodes = [ROOT, *range(len(draft.tokens))]
        self.draft = draft
        self.children = {node: draft.children(node) for node in nodes}
        # By node: what refused children leave of the target after it, normalised.
        self.target = {node: target_rows[node + 1] for node in nodes}
        self.kept: dict[int, Number] = {ROOT: 1}

    def first_leaf(self) -> int:
        """Down along the first child left of every node; the share kept of each node on the way is noted."""
        node = ROOT
        while self.children[node]:
            child = self.children[node][0]
            token = self.draft.tokens[child]
            ratio = self.target[node][token] / self.draft.distributions[child][token]
            # A node whose children were all refused has the share that they left, not the one it began with.
            if child not in self.kept:
                self.kept[child] = min(1, self.kept[node] * ratio)
            node = child
        return node

    def remove(self, leaf: int) -> None:
        """The node above gives up what the leaf could have been: the paper's residual and equation 3."""
        above = self.draft.parents[leaf]
        self.children[above].remove(leaf)
        rest = positive_part(self.target[above], self.draft.distributions[leaf], self.kept[above])
        mass = total(rest)
        # Without mass nothing below the node can be kept any more; its share is then 0.
        self.target[above] = scale(rest, mass) if mass > 0 else rest
        self.kept[above] = mass / (mass + 1 - self.kept[above])

    def path(self, node: int) -> tuple[int, ...]:
        """The nodes from the root down to a node."""
        return () if node == ROOT else (*self.path(self.draft.parents[node]), node)


def climb(tree: Tree, random: Randomness) -> Outcome:
    """Try the first leaf, by the whole path to it; where it is refused, remove it and try the leaf that is then first.

    A node that loses its last child is a leaf. The root is always kept.
    """
    leaf = tree.first_leaf()
    while leaf != ROOT and not random.accept(tree.kept[leaf], leaf):
        tree.remove(leaf)
        leaf = tree.first_leaf()
    next_token = random.draw(tree.target[leaf], leaf)
    return Outcome(tree.path(leaf), next_token, "correction" if tree.draft.children(leaf) else "bonus")


def traversal(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Block verification over a tree: the first path that passes by its whole probability is kept."""
    return climb(Tree(draft, target_rows), random)
