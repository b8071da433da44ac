"""ggml's quantised blocks of 32 values: a float16 scale, then the quotients.

Q8_0: scale = largest magnitude / 127, 32 signed bytes.
Q4_0: scale = the value of largest magnitude / -8, 32 nibbles of 0 to 15 that stand for -8 to 7; byte j holds
value j in its low half and value j + 16 in its high half.
Every step is in float32, as ggml's reference has it; the quotient is taken with the scale before it is
rounded to float16.
"""

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
Values = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def _inverse(scale: Values) -> Values:
    with np.errstate(divide="ignore", over="ignore"):
        inverse = np.float32(1) / scale
    return np.where(scale == 0, np.float32(0), inverse).astype(np.float32)


def _half(scale: Values) -> Bytes:
    with np.errstate(over="ignore"):
        return scale.astype("<f2").view(np.uint8)


def _with_scale(blocks: Bytes) -> tuple[Values, Bytes]:
    return np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32), blocks[:, 2:]


def _round(values: Values) -> Values:
    """C's roundf: halves go away from 0. Adding 0.5 and cutting would lift 0.49999997 to 1."""
    size = np.abs(values)
    whole = np.floor(size)
    return np.asarray(np.sign(values) * (whole + (size - whole >= 0.5)))


def encode_q8_0(values: Values) -> Bytes:
    """Values [n * 32] to blocks [n, 34]."""
    rows = values.reshape(-1, BLOCK)
    scale = np.abs(rows).max(axis=1, keepdims=True) / np.float32(127)
    quotients = rows * _inverse(scale)
    return np.hstack([_half(scale), _round(quotients).astype(np.int8).view(np.uint8)])


def decode_q8_0(blocks: Bytes) -> Values:
    """Blocks [n, 34] to values [n * 32]."""
    scale, quotients = _with_scale(blocks.reshape(-1, 34))
    return (scale * quotients.view(np.int8).astype(np.float32)).reshape(-1)


def encode_q4_0(values: Values) -> Bytes:
    """Values [n * 32] to blocks [n, 18]."""
    rows = values.reshape(-1, BLOCK)
    largest = np.take_along_axis(rows, np.abs(rows).argmax(axis=1, keepdims=True), axis=1)
    # The reference's search starts from +0, so a block of zeros has the scale -0 whatever their signs.
    largest[largest == 0] = 0
    scale = largest / np.float32(-8)
    shifted = rows * _inverse(scale) + np.float32(8.5)
    nibbles = np.minimum(shifted.astype(np.int8), 15).astype(np.uint8)
    return np.hstack([_half(scale), nibbles[:, :16] | nibbles[:, 16:] << np.uint8(4)])


def decode_q4_0(blocks: Bytes) -> Values:
    """Blocks [n, 18] to values [n * 32]."""
    scale, packed = _with_scale(blocks.reshape(-1, 18))
    nibbles = np.hstack([packed & 15, packed >> 4])
    return (scale * (nibbles.astype(np.float32) - 8)).reshape(-1)
