"""Distributions of random logits under random options."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generate.fixture import Files, Table, to_json
from generate.source import Source
from oracle.logits_pipeline import distribution
from oracle.sampling_settings import SamplingSettings

NAME = "probabilities"
CASES = 500
LOGIT_STEP = 4096
ROUNDING = 1e-9

TIE_IS_DOCUMENTED = "lowest id first"
TIE_IS_OPEN = "open"


def make() -> Files:
    """probabilities.json."""
    return {
        f"{NAME}.json": to_json(
            NAME,
            "Logits (n / 4096, exact in float32), a history and options, and the distribution they make: `kept` "
            "tokens (absent: all) with their probabilities to 9 digits. `forbidden`: tokens that the mask forbids. "
            f'`tie`: two tokens or a mass are within 1e-9 of a cut; "{TIE_IS_DOCUMENTED}" where the order is '
            f'documented, "{TIE_IS_OPEN}" where it is not.',
            {"cases": Table([random_case(Source(f"{NAME}/{number}"), number) for number in range(CASES)])},
        )
    }


def random_case(source: Source, number: int) -> dict[str, object]:
    """One row of logits and one set of options."""
    vocabulary = 2000 if number % 100 == 99 else source.between(2, 48)
    steps = random_logits(source, vocabulary, coarse=source.chance(0.12))
    logits = (np.array(steps) / LOGIT_STEP).astype(np.float32)
    history = [source.below(vocabulary) for _ in range(source.choice([0, 3, 30, 100]))]
    options, settings = random_options(source, vocabulary)
    probabilities = distribution(logits, history, settings)
    kept = np.nonzero(probabilities)[0]
    case: dict[str, object] = {"logits": steps, "history": history, "options": options}
    if len(kept) < vocabulary:
        case["kept"] = kept.tolist()
    case["probabilities"] = [float(f"{mass:.9g}") for mass in probabilities[kept]]
    if is_ambiguous(source, logits, history, settings):
        case["tie"] = TIE_IS_DOCUMENTED if order_is_documented(settings) else TIE_IS_OPEN
    return case


def random_logits(source: Source, vocabulary: int, coarse: bool) -> list[int]:
    """Numerators over 4096: sums of four uniforms in -16 to 16, or whole and half logits that often tie."""
    spread = source.choice([1, 4, 16])
    steps = [sum(source.between(-spread, spread) * source.below(1024) for _ in range(4)) for _ in range(vocabulary)]
    return [step // 2048 * 2048 for step in steps] if coarse else steps


def random_options(source: Source, vocabulary: int) -> tuple[dict[str, Any], SamplingSettings]:
    """Every option on in about a third of the cases: by its name in the product, and as the oracle has it."""
    options: dict[str, Any] = {}
    changes: dict[str, Any] = {}

    def perhaps(ours: str, theirs: str, chance: float, value: float) -> None:
        if source.chance(chance):
            options[theirs] = changes[ours] = value

    if source.chance(0.3):
        # At least one token stays allowed, and no bias below forbids it.
        allowed = np.array([source.chance(0.6) for _ in range(vocabulary)])
        allowed[0] = True
        options["forbidden"] = np.nonzero(~allowed)[0].tolist()
        changes["allowed"] = allowed
    if source.chance(0.3):
        bias = {1 + source.below(vocabulary - 1): source.between(-640, 640) / 64 for _ in range(4)}
        banned = {token: -math.inf for token in bias if source.chance(0.2)}
        options["logitBias"] = list(bias.items())
        options["banned"] = list(banned)
        changes["logit_bias"] = bias | banned
    perhaps("repetition_penalty", "repetitionPenalty", 0.35, source.choice([0.8, 1.0, 1.1, 1.3, 2.0]))
    perhaps("frequency_penalty", "frequencyPenalty", 0.3, source.choice([-0.5, 0.0, 0.25, 1.0]))
    perhaps("presence_penalty", "presencePenalty", 0.3, source.choice([-0.5, 0.0, 0.4, 1.5]))
    if source.chance(0.4):
        window = source.choice([0, 1, 5, 64, 90, math.inf])
        options["penaltyWindow"] = "all" if window == math.inf else window
        changes["penalty_window"] = window
    perhaps("temperature", "temperature", 0.7, source.choice([0, 0.2, 0.5, 0.8, 1.0, 1.3, 3.0]))
    perhaps("top_k", "topK", 0.35, source.choice([0, 1, 2, 5, 20, 1000]))
    perhaps("typical_p", "typicalP", 0.3, source.choice([0.1, 0.3, 0.5, 0.9, 0.99, 1.0]))
    perhaps("top_p", "topP", 0.4, source.choice([0.01, 0.3, 0.7, 0.9, 0.95, 1.0]))
    perhaps("min_p", "minP", 0.35, source.choice([0.0, 0.02, 0.1, 0.3, 1.0]))
    return options, SamplingSettings(**changes)


def is_ambiguous(source: Source, logits: NDArray[np.float32], history: list[int], settings: SamplingSettings) -> bool:
    """True where changes of the size of rounding change which tokens are kept.

    Logits moved one way and the other way put every tie once in each order; thresholds moved down and up
    find masses that end at a cut.
    """
    noise = np.array([source.uniform() - 0.5 for _ in logits]) * ROUNDING
    exact = logits.astype(np.float64)

    def kept(moved: NDArray[np.float64], threshold: float) -> list[bool]:
        changed = replace(
            settings,
            typical_p=settings.typical_p * threshold if settings.typical_p < 1 else 1.0,
            top_p=settings.top_p * threshold if settings.top_p < 1 else 1.0,
            min_p=min(settings.min_p * threshold, 1.0),
        )
        # The pipeline takes float32 rows; float64 ones pass through it unrounded.
        row: Any = moved
        return [mass > 0 for mass in distribution(row, history, changed)]

    reference = kept(exact, 1)
    variants = [(exact + noise, 1.0), (exact - noise, 1.0), (exact, 1 - ROUNDING), (exact, 1 + ROUNDING)]
    return any(kept(moved, threshold) != reference for moved, threshold in variants)


def order_is_documented(settings: SamplingSettings) -> bool:
    """Greedy decoding and top-k say that ties go to the lowest id; the cuts by mass do not say."""
    by_mass = settings.typical_p < 1 or settings.top_p < 1 or settings.min_p > 0
    return settings.temperature == 0 or not by_mass
