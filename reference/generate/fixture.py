"""What every fixture has in common: its form, and where it comes from."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Files = dict[str, bytes]
"""File name: contents."""


def made_with() -> dict[str, str]:
    """The versions that the numbers come from. They are recorded, not compared."""
    return {"python": platform.python_version(), "numpy": np.__version__}


def command(name: str) -> str:
    """The command that makes one fixture anew."""
    return f"npm run reference -- --write {name}"


@dataclass(frozen=True)
class Table:
    """A list that is written with one entry a line, so that a change shows as a line."""

    rows: Sequence[Any]


def to_json(name: str, about: str, fields: Mapping[str, Any]) -> bytes:
    """A fixture as JSON: a head that says what it is, then the fields."""
    head = {"about": about, "command": command(name), "madeWith": made_with()}
    lines = [f"  {json.dumps(key)}: {_value(value)}" for key, value in {**head, **fields}.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _value(value: object) -> str:
    if isinstance(value, Table):
        return "[\n" + ",\n".join(f"    {_compact(row)}" for row in value.rows) + "\n  ]"
    return _compact(value)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
