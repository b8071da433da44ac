"""Every way a random procedure can go, with its probability."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from oracle.draft import Randomness
from oracle.numbers import Number, Row, total

Result = TypeVar("Result")
Choice = int | bool


class _Undecided(Exception):  # noqa: N818 - not an error: it carries the choices at an open question.
    def __init__(self, choices: list[tuple[Choice, Number]]) -> None:
        super().__init__()
        self.choices = choices


class _Script:
    """Answers the first questions as written, and stops at the first question beyond."""

    def __init__(self, answers: tuple[Choice, ...]) -> None:
        self.answers = iter(answers)

    def accept(self, probability: Number, node: int) -> bool:
        del node
        return bool(self._answer([(True, probability), (False, 1 - probability)]))

    def draw(self, weights: Row, node: int) -> int:
        del node
        mass = total(weights)
        return int(self._answer([(token, weight / mass) for token, weight in enumerate(weights)]))

    def _answer(self, choices: list[tuple[Choice, Number]]) -> Choice:
        answer = next(self.answers, None)
        if answer is None:
            raise _Undecided(choices)
        return answer


def every_outcome(run: Callable[[Randomness], Result]) -> Iterator[tuple[Result, Number]]:
    """Run a procedure through every answer of positive probability. Exponential in the questions."""
    open_scripts: list[tuple[tuple[Choice, ...], Number]] = [((), 1)]
    while open_scripts:
        answers, probability = open_scripts.pop()
        try:
            yield run(_Script(answers)), probability
        except _Undecided as question:
            open_scripts.extend(
                ((*answers, choice), probability * chance) for choice, chance in question.choices if chance > 0
            )
