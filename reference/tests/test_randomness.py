"""How given uniforms decide, and that enumeration covers all there is."""

from fractions import Fraction

import pytest

from generate.random_rows import KINDS, drawn_from, random_weights
from generate.source import Source
from oracle.draft import Randomness
from oracle.every_outcome import every_outcome
from oracle.given_uniforms import GivenUniforms, inverse_cdf


def test_the_inverse_cdf_at_its_edges() -> None:
    weights = [0, 2, 0, 2]
    assert [inverse_cdf(weights, uniform) for uniform in (0, 0.49, 0.5, 0.99)] == [1, 1, 3, 3]
    with pytest.raises(ValueError, match="without mass"):
        inverse_cdf([0, 0], 0.5)


def test_given_uniforms_answer_by_node_whatever_the_order() -> None:
    random = GivenUniforms([0.1, 0.9], [0.2, 0.5, 0.7])
    assert [random.accept(0.5, 1), random.accept(0.5, 0)] == [False, True]
    assert [random.draw([1, 1], 1), random.draw([1, 1], -1)] == [1, 0]
    assert random.closest == pytest.approx(0.2)


def test_enumeration_finds_every_outcome_once_with_its_probability() -> None:
    def procedure(random: Randomness) -> tuple[bool, int]:
        lucky = random.accept(Fraction(1, 3), 0)
        weights = [1, 2] if lucky else [0, 1, 1]
        return lucky, random.draw([Fraction(weight) for weight in weights], 0)

    assert dict(every_outcome(procedure)) == {
        (True, 0): Fraction(1, 9),
        (True, 1): Fraction(2, 9),
        (False, 1): Fraction(1, 3),
        (False, 2): Fraction(1, 3),
    }


def test_a_source_is_its_name() -> None:
    first, again, other = Source("a"), Source("a"), Source("b")
    words = [first.word() for _ in range(9)]
    assert words == [again.word() for _ in range(9)]
    assert words != [other.word() for _ in range(9)]
    assert len(set(words)) == 9


def test_random_rows_have_mass_where_tokens_are_drawn() -> None:
    source = Source("rows")
    for kind in KINDS:
        for vocabulary in range(2, 9):
            weights = random_weights(source, vocabulary, kind)
            assert len(weights) == vocabulary
            assert weights[drawn_from(weights, source)] > 0
