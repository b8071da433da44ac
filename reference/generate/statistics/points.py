"""A list of points of one function."""

from collections.abc import Sequence
from dataclasses import dataclass

Point = Sequence[float | int | None]


@dataclass(frozen=True)
class Points:
    """What the columns are, and the rows; None where a value is not to be compared."""

    columns: str
    rows: Sequence[Point]
