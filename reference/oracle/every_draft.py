"""Every draft that a drafter can make of a law, with its probability."""

from collections.abc import Iterator

from oracle.draft import ROOT, Draft, chain
from oracle.law import History, Law, sequence_law
from oracle.numbers import Number
from oracle.recursive_rejection import without

Drafts = Iterator[tuple[Draft, Number]]


def chain_drafts(drawn: Law, length: int, vocabulary: int, reported: Law | None = None) -> Drafts:
    """Every chain of `length` tokens; `reported` is what a faulty drafter claims it drew from."""
    says = reported or drawn
    for tokens, probability in sequence_law(drawn, length, vocabulary).items():
        if probability > 0:
            yield chain(tokens, [says(tokens[:position]) for position in range(length)]), probability


def tree_drafts(law: Law, widths: tuple[int, ...], replacement: bool) -> Drafts:
    """Every tree with widths[d] siblings under each node of depth d, independent or without replacement.

    Without replacement a node has fewer children where no token is left to draw.
    """

    def grow(draft: Draft, work: list[tuple[int, int]], probability: Number) -> Drafts:
        # Work: nodes, and how many children each still misses.
        if not work:
            yield draft, probability
            return
        (node, missing), rest = work[0], work[1:]
        history = path_of(draft, node)
        tried = [] if replacement else [draft.tokens[child] for child in draft.children(node)]
        left = [token for token, mass in enumerate(law(history)) if mass > 0 and token not in tried]
        if missing == 0 or not left:
            yield from grow(draft, rest, probability)
            return
        distribution = without(law(history), tried)
        depth = len(history) + 1
        deeper = [(len(draft.tokens), widths[depth])] if depth < len(widths) else []
        for token in left:
            grown = Draft((*draft.tokens, token), (*draft.parents, node), (*draft.distributions, distribution))
            yield from grow(grown, [(node, missing - 1), *rest, *deeper], probability * distribution[token])

    yield from grow(Draft((), (), ()), [(ROOT, widths[0])], 1)


def path_of(draft: Draft, node: int) -> History:
    """The tokens from the root down to a node."""
    return () if node == ROOT else (*path_of(draft, draft.parents[node]), draft.tokens[node])
