"""The exact joint law of what a round emits, by enumeration.

A rule is exact where, for every draft law, the tokens of a round followed by the target's own tokens have
the target's joint law. One round is enough: the next one starts from a history of that law.
"""

from functools import partial

from oracle.draft import Rule
from oracle.every_draft import Drafts, path_of
from oracle.every_outcome import every_outcome
from oracle.law import JointLaw, Law
from oracle.numbers import Number


def round_law(rule: Rule, target: Law, drafts: Drafts) -> JointLaw:
    """The law of the tokens that one round emits, of whatever length."""
    joint: JointLaw = {}
    for draft, drafted in drafts:
        rows = [target(path_of(draft, node)) for node in range(-1, len(draft.tokens))]
        for outcome, decided in every_outcome(partial(rule, draft, rows)):
            emitted = (*(draft.tokens[node] for node in outcome.accepted), outcome.next_token)
            joint[emitted] = joint.get(emitted, 0) + drafted * decided
    return joint


def extend(joint: JointLaw, target: Law, length: int) -> JointLaw:
    """Every sequence carried on with the target's own tokens to `length`."""
    extended: JointLaw = {}
    for tokens, probability in joint.items():
        if len(tokens) >= length:
            extended[tokens] = extended.get(tokens, 0) + probability
            continue
        longer = {(*tokens, token): probability * mass for token, mass in enumerate(target(tokens))}
        for key, mass in extend(longer, target, length).items():
            extended[key] = extended.get(key, 0) + mass
    return extended


def total_variation(left: JointLaw, right: JointLaw) -> Number:
    """Half the sum of absolute differences."""
    difference: Number = 0
    for key in left.keys() | right.keys():
        apart: Number = left.get(key, 0) - right.get(key, 0)
        difference = difference + max(apart, -apart)
    return difference / 2


def expected_tokens(joint: JointLaw) -> Number:
    """Mean number of tokens of a round: the block efficiency."""
    mean: Number = 0
    for tokens, probability in joint.items():
        mean = mean + len(tokens) * probability
    return mean
