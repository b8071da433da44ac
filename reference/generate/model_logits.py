"""Logits of a model: some rows whole, some entries of others, the argmax everywhere."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generate.fixture import Files, Table, to_json
from generate.source import Source
from oracle.load_model import load_gguf

FIXED_POINT = 1024
TOP = 8
SAMPLED = 16
MORE_ROWS = 3

ABOUT = (
    "Logits of {model}, weights dequantised to float32, arithmetic in float64 so that the numbers do not hang on "
    "the order of a sum. For every prompt: `argmax` after each token, and some `rows`: position, log of the sum of "
    "exponentials, the largest entries and random ones to 5 decimals. {file} holds the last rows of the first "
    "`wholeRows` prompts: round(logit * 1024) as little-endian int16, [wholeRows, vocabulary]."
)


def make_logits(name: str, model: str, path: Path, prompts: list[list[int]], whole_rows: int) -> Files:
    """NAME.json and NAME.bin."""
    transformer = load_gguf(path, np.float64)
    source = Source(name)
    entries = []
    last_rows = []
    for number, tokens in enumerate(prompts):
        logits = transformer.logits(tokens)
        positions = sorted({source.below(len(tokens)) for _ in range(MORE_ROWS)} | {len(tokens) - 1})
        entries.append(
            {
                "tokens": tokens,
                "argmax": logits.argmax(axis=-1).tolist(),
                "rows": [sampled_row(logits[position], position, source) for position in positions],
            }
        )
        if number < whole_rows:
            last_rows.append(np.round(logits[-1] * FIXED_POINT).astype("<i2"))
    return {
        f"{name}.json": to_json(
            name,
            ABOUT.format(model=model, file=f"{name}.bin"),
            {"vocabularySize": len(last_rows[0]), "wholeRows": whole_rows, "prompts": Table(entries)},
        ),
        f"{name}.bin": np.stack(last_rows).tobytes(),
    }


def sampled_row(row: NDArray[np.floating], position: int, source: Source) -> dict[str, object]:
    """The largest entries and random ones."""
    largest = np.argsort(-row, kind="stable")[:TOP]
    random = [source.below(len(row)) for _ in range(SAMPLED)]
    peak = row.max()
    return {
        "position": position,
        "logSumExp": round(float(peak + np.log(np.exp(row - peak).sum())), 5),
        "top": [[int(token), round(float(row[token]), 5)] for token in largest],
        "sampled": [[token, round(float(row[token]), 5)] for token in random],
    }
