"""What recursive rejection, traversal verification and K-SEQ make of random trees and given uniforms."""

from generate.chain_outcomes import LEAST_MARGIN, row, scaled
from generate.fixture import Files, Table, to_json
from generate.random_rows import Weights, drawn_from, probabilities
from generate.source import Source
from oracle.draft import Draft, Rule
from oracle.given_uniforms import GivenUniforms
from oracle.k_seq import k_seq
from oracle.recursive_rejection import recursive_rejection
from oracle.traversal import traversal

NAME = "tree-outcomes"
CASES = 2000
MOST_NODES = 8
RULES: dict[str, Rule] = {"recursive-rejection": recursive_rejection, "traversal": traversal, "k-seq": k_seq}


def make() -> Files:
    """One file a rule: recursive-rejection-outcomes.json, ..."""
    files: Files = {}
    for rule_name, rule in RULES.items():
        cases = []
        margins = []
        for number in range(CASES):
            case, margin = random_case(rule_name, rule, number)
            cases.append(case)
            margins.append(margin)
        files[f"{rule_name}-outcomes.json"] = to_json(
            NAME,
            "Trees, and what the rule makes of them. Nodes by `parents` (-1 is the root); `draft`: the law of "
            "every node, given its earlier siblings; `target`: row 0 after the root, row i + 1 after node i. "
            "Probabilities, uniforms and decisions as in chain-outcomes.json. `outcome`: [accepted nodes, next "
            "token]. K-SEQ divides by the root rho of 1 - (1 - beta)^k = rho * beta.",
            {"closest": f"{min(margins):.3g}", "cases": Table(cases)},
        )
    return files


def random_case(rule_name: str, rule: Rule, number: int) -> tuple[dict[str, object], float]:
    """One tree and its outcome; siblings without replacement for every rule but K-SEQ, mostly."""
    for attempt in range(100):
        source = Source(f"{NAME}/{rule_name}/{number}/{attempt}")
        vocabulary = source.between(2, 7)
        replacement = rule_name == "k-seq" or source.chance(0.25)
        tokens, parents, laws = random_tree(source, vocabulary, replacement)
        # After every node but the root of an empty tree, the draft's law or another one.
        target_rows = [row(source, vocabulary) for _ in range(len(tokens) + 1)]
        for node, parent in enumerate(parents):
            if source.chance(0.1):
                target_rows[parent + 1] = laws[node]
        accepts = [2 * source.word() + 1 for _ in tokens]
        draws = [2 * source.word() + 1 for _ in range(len(tokens) + 1)]
        draft = Draft(tokens, parents, [probabilities(weights) for weights in laws])
        random = GivenUniforms(scaled(accepts), scaled(draws))
        outcome = rule(draft, [probabilities(weights) for weights in target_rows], random)
        if random.closest > LEAST_MARGIN:
            case: dict[str, object] = {
                "tokens": tokens,
                "parents": parents,
                "draft": laws,
                "target": target_rows,
                "accepts": accepts,
                "draws": draws,
                "outcome": [outcome.accepted, outcome.next_token],
            }
            return case, random.closest
    raise AssertionError("A hundred draws cannot all fall on a threshold.")


def random_tree(source: Source, vocabulary: int, replacement: bool) -> tuple[list[int], list[int], list[Weights]]:
    """Up to three siblings a node, three levels, eight nodes."""
    tokens: list[int] = []
    parents: list[int] = []
    laws: list[Weights] = []
    level = [-1]
    for _ in range(source.below(4)):
        below = []
        for parent in level:
            weights = row(source, vocabulary)
            for _ in range(source.between(0 if level != [-1] else 1, 3)):
                if sum(weights) == 0 or len(tokens) == MOST_NODES:
                    break
                token = drawn_from(weights, source)
                below.append(len(tokens))
                tokens.append(token)
                parents.append(parent)
                laws.append(weights)
                if not replacement:
                    weights = [0 if tried == token else weight for tried, weight in enumerate(weights)]
        level = below
    return tokens, parents, laws
