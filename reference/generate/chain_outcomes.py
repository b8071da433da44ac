"""What tokenwise, block and sample-match make of random chains and given uniforms."""

from generate.fixture import Files, Table, to_json
from generate.random_rows import KINDS, Weights, drawn_from, probabilities, random_weights
from generate.source import Source
from oracle.block import block
from oracle.draft import Rule, chain
from oracle.given_uniforms import GivenUniforms
from oracle.sample_match import sample_match
from oracle.tokenwise import tokenwise

NAME = "chain-outcomes"
CASES = 2000
RULES: dict[str, Rule] = {"tokenwise": tokenwise, "block": block, "sample-match": sample_match}
LEAST_MARGIN = 1e-9
UNIFORM_SCALE = 2**33


def make() -> Files:
    """chain-outcomes.json."""
    cases = []
    margins = []
    for number in range(CASES):
        case, margin = random_case(number)
        cases.append(case)
        margins.append(margin)
    return {
        f"{NAME}.json": to_json(
            NAME,
            "Chains, and what every rule makes of them. Probabilities: weight / sum of the row's weights. "
            "Uniforms: n / 2^33. accept(probability, node) is true where accepts[node] < probability. "
            "draw(weights, node) is the smallest token whose cumulated weight, ids ascending, is above "
            "draws[node + 1] * sum of the weights. Outcomes: [accepted tokens, next token]. `closest`: the "
            "least distance of a uniform from where its decision would flip.",
            {"closest": f"{min(margins):.3g}", "cases": Table(cases)},
        )
    }


def random_case(number: int) -> tuple[dict[str, object], float]:
    """One draft and its outcomes; drawn again where a uniform falls within rounding of its threshold."""
    for attempt in range(100):
        source = Source(f"{NAME}/{number}/{attempt}")
        length, vocabulary = source.below(7), source.between(2, 8)
        draft_rows = [row(source, vocabulary) for _ in range(length)]
        # Every fifth row: the draft model is the target.
        target_rows = [drafted if source.chance(0.2) else row(source, vocabulary) for drafted in draft_rows] + [
            row(source, vocabulary)
        ]
        tokens = [drawn_from(weights, source) for weights in draft_rows]
        accepts = [2 * source.word() + 1 for _ in range(length)]
        draws = [2 * source.word() + 1 for _ in range(length + 1)]
        draft = chain(tokens, [probabilities(weights) for weights in draft_rows])
        targets = [probabilities(weights) for weights in target_rows]
        case: dict[str, object] = {
            "tokens": tokens,
            "draft": draft_rows,
            "target": target_rows,
            "accepts": accepts,
            "draws": draws,
        }
        margin = 1.0
        for name, rule in RULES.items():
            random = GivenUniforms(scaled(accepts), scaled(draws))
            outcome = rule(draft, targets, random)
            case[name] = [len(outcome.accepted), outcome.next_token]
            margin = min(margin, random.closest)
        if margin > LEAST_MARGIN:
            return case, margin
    raise AssertionError("A hundred draws cannot all fall on a threshold.")


def row(source: Source, vocabulary: int) -> Weights:
    """A row of a random kind, even and peaked ones more often."""
    return random_weights(source, vocabulary, source.choice([*KINDS, "even", "peaked", "even", "peaked"]))


def scaled(numerators: list[int]) -> list[float]:
    """Uniforms from their numerators."""
    return [numerator / UNIFORM_SCALE for numerator in numerators]
