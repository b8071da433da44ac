"""Q8_0, Q4_0 and float16 of awkward values."""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from generate.fixture import Files, Table, to_json
from generate.source import Source
from oracle.blocks import BLOCK, decode_q4_0, decode_q8_0, encode_q4_0, encode_q8_0

NAME = "quantised-blocks"
Values = NDArray[np.float32]


def make() -> Files:
    """quantised-blocks.json."""
    blocks = [
        {
            "name": name,
            "values": values.tobytes().hex(),
            "Q8_0": encode_q8_0(values).tobytes().hex(),
            "Q4_0": encode_q4_0(values).tobytes().hex(),
            "F16": halves(values).tobytes().hex(),
        }
        for name, values in awkward_values().items()
    ]
    source = Source(f"{NAME}/decoded")
    decoded = [decoded_block(source) for _ in range(40)]
    every_half = np.arange(65536, dtype="<u2").view("<f2").astype("<f4")
    finite = every_half[np.isfinite(every_half)]
    return {
        f"{NAME}.json": to_json(
            NAME,
            "Blocks of 32 values. All numbers are little-endian bytes in hex: `values` float32, `Q8_0` and "
            "`Q4_0` the encoded block, `F16` the values as float16. `decoded`: random blocks, and the float32 "
            "values they stand for. `finiteHalves`: SHA-256 of all finite float16 numbers as float32, by bits.",
            {
                "blocks": Table(blocks),
                "decoded": Table(decoded),
                "finiteHalves": sha256(finite.tobytes()).hexdigest(),
            },
        )
    }


def halves(values: Values) -> NDArray[np.float16]:
    """Rounded to nearest, ties to even, beyond the range to infinity."""
    with np.errstate(over="ignore"):
        return values.astype("<f2")


def block(*values: float) -> Values:
    """32 values, the given ones over and over."""
    return np.resize(np.array(values, dtype="<f4"), BLOCK)


def awkward_values() -> dict[str, Values]:
    """What a quantiser gets wrong. No scale so small that its inverse overflows: ggml leaves that open."""
    below_half = float(np.nextafter(np.float32(0.5), np.float32(0)))
    cases = {
        "zeros": block(0.0),
        "negative zeros": block(-0.0, 0.0),
        "ones": block(1.0),
        "minus ones": block(-1.0),
        "both signs of the largest": block(2.0, -2.0, 1.0),
        "both signs, negative first": block(-2.0, 2.0, 1.0),
        "halves of a step, positive": block(127.0, *(n + 0.5 for n in range(31))),
        "halves of a step, negative": block(-127.0, *(-n - 0.5 for n in range(31))),
        "just below half a step": block(127.0, below_half, -below_half, 1.0 - below_half),
        "eighths: ties of Q4_0": block(-8.0, *(n / 2 for n in range(-15, 16))),
        "eighths, largest positive": block(8.0, *(n / 2 for n in range(-15, 16))),
        "one large among small": block(1000.0, *(n * 1e-3 for n in range(31))),
        "one small among zeros": block(1e-3, *([0.0] * 31)),
        "last is the largest": np.append(block(0.25)[:31], np.float32(-3)),
        "scale is a float16 subnormal": block(1e-4, -5e-5, 2e-5),
        "scale rounds to the least float16": block(4e-6, -1e-6),
        "scale rounds to 0 in float16": block(1e-7, -1e-7, 5e-8),
        "float32 just above subnormal scales": block(1e-30, -5e-31),
        "scale is float16's largest": block(65504.0 * 8, -65504.0 * 8),
        "scale overflows float16": block(1e7, -3.0),
        "large": block(3e38, -1e38, 1e30),
        "thirds": block(1 / 3, -2 / 3, 1.0),
        "powers of two": block(*(2.0**-n for n in range(32))),
        "alternating powers": block(*((-2.0) ** (n - 16) for n in range(32))),
        "float16 ties": block(1 + 2**-11, 1 + 3 * 2**-11, -1 - 2**-11, 2**-25, 3 * 2**-25),
        "float16 subnormals": block(*(2.0**-24 * n for n in range(32))),
        "float16 edge": block(65504.0, 65519.0, 65520.0, -65520.0),
    }
    source = Source(f"{NAME}/random")
    for scale in [1e-6, 1e-3, 0.02, 1.0, 37.0, 1e4]:
        for number in range(6):
            values = [(2 * source.uniform() - 1) * scale for _ in range(BLOCK)]
            cases[f"random {number} of scale {scale}"] = block(*values)
    return cases


def decoded_block(source: Source) -> dict[str, str]:
    """Random quotients under a random finite scale."""
    scale = np.array([source.below(0x7C00) | source.below(2) << 15], dtype="<u2").view(np.uint8)
    quotients = np.array([source.below(256) for _ in range(32)], dtype=np.uint8)
    q8, q4 = np.append(scale, quotients), np.append(scale, quotients[:16])
    return {
        "Q8_0": q8.tobytes().hex(),
        "valuesOfQ8_0": decode_q8_0(q8).astype("<f4").tobytes().hex(),
        "Q4_0": q4.tobytes().hex(),
        "valuesOfQ4_0": decode_q4_0(q4).astype("<f4").tobytes().hex(),
    }
