"""Every rule's law by enumeration in exact fractions: equal to the target's law, not close to it."""

from fractions import Fraction

import pytest

from oracle.block import block
from oracle.draft import Draft, Rule
from oracle.every_draft import chain_drafts, tree_drafts
from oracle.joint_law import expected_tokens, extend, round_law, total_variation
from oracle.k_seq import k_seq
from oracle.law import Law, sequence_law
from oracle.numbers import Number
from oracle.recursive_rejection import recursive_rejection
from oracle.sample_match import sample_match
from oracle.tokenwise import tokenwise
from oracle.traversal import traversal
from tests import wrong_rules
from tests.laws import law_pairs, one_hot_law, random_law

CHAIN_RULES: dict[str, Rule] = {"tokenwise": tokenwise, "block": block, "sample-match": sample_match}
TREE_RULES: dict[str, Rule] = {"recursive-rejection": recursive_rejection, "traversal": traversal}
PAIRS = law_pairs(3)
# For trees of two levels: their drafts are many.
SMALL_PAIRS = law_pairs(2)


def distance(rule: Rule, target: Law, drafts: list[tuple[Draft, Number]], depth: int, vocabulary: int = 3) -> Number:
    """Total variation between the emitted law, carried on to depth + 1 tokens, and the target's."""
    emitted = extend(round_law(rule, target, iter(drafts)), target, depth + 1)
    return total_variation(emitted, sequence_law(target, depth + 1, vocabulary))


@pytest.mark.parametrize("length", [0, 1, 2, 3])
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("rule", CHAIN_RULES)
def test_chain_rules_are_exact(rule: str, pair: str, length: int) -> None:
    target, drafted = PAIRS[pair]
    drafts = list(chain_drafts(drafted, length, 3))
    assert distance(CHAIN_RULES[rule], target, drafts, length) == 0


@pytest.mark.parametrize("widths", [(1,), (2,), (3,), (4,), (1, 3)])
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("rule", TREE_RULES)
def test_tree_rules_are_exact(rule: str, pair: str, widths: tuple[int, ...]) -> None:
    target, drafted = PAIRS[pair]
    drafts = list(tree_drafts(drafted, widths, replacement=False))
    assert distance(TREE_RULES[rule], target, drafts, len(widths)) == 0


@pytest.mark.parametrize("widths", [(1,), (2,), (3,)])
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("rule", TREE_RULES)
def test_tree_rules_are_exact_with_replacement(rule: str, pair: str, widths: tuple[int, ...]) -> None:
    target, drafted = PAIRS[pair]
    drafts = list(tree_drafts(drafted, widths, replacement=True))
    assert distance(TREE_RULES[rule], target, drafts, len(widths)) == 0


@pytest.mark.parametrize("widths", [(1,), (2,), (3,)])
@pytest.mark.parametrize("pair", PAIRS)
def test_k_seq_is_exact(pair: str, widths: tuple[int, ...]) -> None:
    target, drafted = PAIRS[pair]
    drafts = list(tree_drafts(drafted, widths, replacement=True))
    # rho is the root of a polynomial, so it is a float, and the law is exact up to its rounding.
    assert distance(k_seq, target, drafts, len(widths)) < 1e-12


@pytest.mark.parametrize("pair", SMALL_PAIRS)
def test_tree_rules_are_exact_over_two_levels(pair: str) -> None:
    target, drafted = SMALL_PAIRS[pair]
    for widths in [(2, 2), (3, 1)]:
        for replacement in [False, True]:
            drafts = list(tree_drafts(drafted, widths, replacement))
            for rule in TREE_RULES.values():
                assert distance(rule, target, drafts, 2, vocabulary=2) == 0
        assert distance(k_seq, target, drafts, 2, vocabulary=2) < 1e-12


def test_the_number_of_drafted_tokens_may_depend_on_what_was_drafted() -> None:
    # A stop rule that keeps the last token it drew: longer drafts are cut after token 0.
    target, drafted = PAIRS["random 0"]
    for rule in CHAIN_RULES.values():
        shortened: list[tuple[Draft, Number]] = []
        for draft, probability in chain_drafts(drafted, 3, 3):
            end = draft.tokens.index(0) + 1 if 0 in draft.tokens else 3
            cut = Draft(draft.tokens[:end], draft.parents[:end], draft.distributions[:end])
            shortened.append((cut, probability))
        assert distance(rule, target, shortened, 3) == 0


def test_block_keeps_more_than_tokenwise_and_neither_keeps_less_than_sample_match() -> None:
    for target, drafted in PAIRS.values():
        kept = {
            name: expected_tokens(round_law(rule, target, chain_drafts(drafted, 3, 3)))
            for name, rule in CHAIN_RULES.items()
        }
        assert kept["block"] >= kept["tokenwise"] >= kept["sample-match"]


@pytest.mark.parametrize("pair", PAIRS)
def test_traversal_of_a_chain_is_block(pair: str) -> None:
    # Weng et al., theorem 3.4, for the whole law of a round.
    target, drafted = PAIRS[pair]
    laws = [round_law(rule, target, chain_drafts(drafted, 3, 3)) for rule in [traversal, block]]
    assert laws[0] == laws[1]


@pytest.mark.parametrize("pair", PAIRS)
def test_traversal_keeps_no_less_than_recursive_rejection(pair: str) -> None:
    target, drafted = PAIRS[pair]
    for widths in [(3,), (2, 1)]:
        drafts = list(tree_drafts(drafted, widths, replacement=False))
        kept = {name: expected_tokens(round_law(rule, target, iter(drafts))) for name, rule in TREE_RULES.items()}
        assert kept["traversal"] >= kept["recursive-rejection"]


def test_the_papers_toy_of_block_verification() -> None:
    # Sun et al. section 2: target (1/3, 2/3), draft (2/3, 1/3), two tokens: 10/9 and 11/9 accepted.
    target: Law = lambda _: (Fraction(1, 3), Fraction(2, 3))  # noqa: E731
    drafted: Law = lambda _: (Fraction(2, 3), Fraction(1, 3))  # noqa: E731

    def accepted(rule: Rule) -> Number:
        return expected_tokens(round_law(rule, target, chain_drafts(drafted, 2, 2))) - 1

    assert accepted(tokenwise) == Fraction(10, 9)
    assert accepted(block) == Fraction(11, 9)


def test_tokenwise_accepts_the_overlap() -> None:
    # Leviathan et al., theorem 3.5: beta = sum min(target, draft).
    for target, drafted in PAIRS.values():
        overlap = sum(map(min, target(()), drafted(())))
        kept = expected_tokens(round_law(tokenwise, target, chain_drafts(drafted, 1, 3))) - 1
        assert kept == overlap


WRONG_CHAIN_RULES: dict[str, Rule] = {
    "correct from the target": wrong_rules.correct_from_the_target,
    "accept by difference": wrong_rules.accept_by_difference,
    "block that stops": wrong_rules.block_that_stops,
    "redraw on mismatch": wrong_rules.redraw_on_mismatch,
}


@pytest.mark.parametrize("name", WRONG_CHAIN_RULES)
def test_wrong_chain_rules_are_caught(name: str) -> None:
    target, drafted = PAIRS["random 0"]
    drafts = list(chain_drafts(drafted, 2, 3))
    assert distance(WRONG_CHAIN_RULES[name], target, drafts, 2) > 0.001


@pytest.mark.parametrize("rule", CHAIN_RULES)
def test_a_deterministic_draft_with_a_soft_label_is_caught(rule: str) -> None:
    target, soft = random_law(0, 3), random_law(1000, 3)

    def argmax(history: tuple[int, ...]) -> list[Fraction]:
        row = soft(history)
        best = max(range(3), key=lambda token: row[token])
        return [Fraction(int(token == best)) for token in range(3)]

    drafts = list(chain_drafts(argmax, 2, 3, reported=soft))
    biased = distance(CHAIN_RULES[rule], target, drafts, 2)
    # Sample-match never reads the label.
    assert biased == 0 if rule == "sample-match" else biased > 0.01


@pytest.mark.parametrize("rule", ["tokenwise", "block"])
def test_dropping_an_unlikely_token_after_it_was_drawn_is_caught(rule: str) -> None:
    target, drafted = PAIRS["random 0"]
    pruned: list[tuple[Draft, Number]] = []
    for draft, probability in chain_drafts(drafted, 1, 3):
        unlikely = draft.distributions[0][draft.tokens[0]] < Fraction(1, 3)
        pruned.append((Draft((), (), ()) if unlikely else draft, probability))
    assert distance(CHAIN_RULES[rule], target, pruned, 1) > 0.01


def test_stale_sibling_laws_are_caught() -> None:
    # Three tokens are too few: whatever the first refusal leaves, the second law cannot go wrong about it.
    target, drafted = random_law(1, 5), random_law(1001, 5)
    drafts = list(tree_drafts(drafted, (2,), replacement=False))
    assert distance(wrong_rules.stale_sibling_law, target, drafts, 1, vocabulary=5) > 0.001
    assert distance(recursive_rejection, target, drafts, 1, vocabulary=5) == 0


def test_k_seq_without_its_division_is_caught() -> None:
    target, drafted = PAIRS["random 0"]
    drafts = list(tree_drafts(drafted, (3,), replacement=True))
    assert distance(wrong_rules.k_seq_without_division, target, drafts, 1) > 0.001


def test_traversal_without_its_denominator_is_caught() -> None:
    target, drafted = PAIRS["random 0"]
    drafts = list(tree_drafts(drafted, (1, 2), replacement=False))
    assert distance(wrong_rules.traversal_by_mass, target, drafts, 2) > 0.001
    assert distance(traversal, target, drafts, 2) == 0


def test_pruning_a_sampled_tree_is_caught() -> None:
    # The second sibling is dropped where its probability is low: the drafter looked before it kept.
    target, drafted = PAIRS["random 0"]
    pruned: list[tuple[Draft, Number]] = []
    for draft, probability in tree_drafts(drafted, (1,), replacement=False):
        if drafted(())[draft.tokens[0]] == max(drafted(())):
            pruned.append((draft, probability))
        else:
            pruned.append((Draft((), (), ()), probability))
    assert distance(recursive_rejection, target, pruned, 1) > 0.001


def test_deterministic_siblings_with_one_hot_laws_are_exact() -> None:
    # EAGLE-2's top-k children: each is a certain guess.
    for seed in range(4):
        target, first, second = random_law(seed, 3), one_hot_law(20 + seed, 3), one_hot_law(30 + seed, 3)
        rows = [first(()), second(())]
        tokens = [row.index(1) for row in map(list, rows)]
        drafts: list[tuple[Draft, Number]] = [(Draft(tokens, [-1, -1], rows), Fraction(1))]
        assert distance(recursive_rejection, target, drafts, 1) == 0
