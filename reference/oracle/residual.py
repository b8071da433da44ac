"""The mass of one distribution that another one leaves over."""

from oracle.numbers import Number, Row


def positive_part(target: Row, covered: Row, share: Number = 1) -> list[Number]:
    """max(0, share * target - covered) by token; not normalised."""
    return [max(share * wanted - there, 0) for wanted, there in zip(target, covered, strict=True)]
