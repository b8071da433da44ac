"""ONNX Runtime's own operators in the generated graphs, from its documentation (docs/ContribOperators.md).

Arithmetic is float64, and results are rounded to the input's type. `accuracy_level` is the least precision that an
engine may compute with, so here it changes nothing.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx.reference.op_run import OpRun

Array = NDArray[Any]


def dequantised(quants: Array, scales: Array, bits: int) -> Array:
    """[rows, columns] of blocks with a scale each; the low half of a byte comes first, zero is 2^(bits - 1)."""
    blocks = quants.reshape(*scales.shape, -1).astype(np.int64)
    if bits == 4:
        blocks = np.stack([blocks & 15, blocks >> 4], axis=-1).reshape(*scales.shape, -1)
    values: Array = ((blocks - 2 ** (bits - 1)) * scales[..., None]).reshape(scales.shape[0], -1)
    return values


class MatMulNBits(OpRun):
    """A [..., K] times the transpose of quantised B [N, K / block, bytes], plus a bias [N]."""

    op_domain = "com.microsoft"

    def _run(
        self,
        a: Array,
        b: Array,
        scales: Array,
        zeros: None = None,
        groups: None = None,
        bias: Array | None = None,
        **attributes: int,
    ) -> tuple[Array]:
        product = a @ dequantised(b, scales.reshape(attributes["N"], -1), attributes["bits"]).T
        return (product if bias is None else product + bias,)


class GatherBlockQuantized(OpRun):
    """Rows of a quantised table [rows, bytes] by index."""

    op_domain = "com.microsoft"

    def _run(self, data: Array, indices: Array, scales: Array, **attributes: int) -> tuple[Array]:
        return (dequantised(data, scales, attributes["bits"])[indices],)


class SkipSimplifiedLayerNormalization(OpRun):
    """The root-mean-square norm of a sum, and the sum as the fourth output."""

    op_domain = "com.microsoft"

    def _run(self, x: Array, skip: Array, gamma: Array, epsilon: float) -> tuple[Array, Array, Array, Array]:
        total = x + skip
        mean_square = np.mean(total**2, axis=-1, keepdims=True)
        inverse = 1 / np.sqrt(mean_square + epsilon)
        return total * inverse * gamma, mean_square, inverse, total


class QuickGelu(OpRun):
    """x sigmoid(alpha x)."""

    op_domain = "com.microsoft"

    def _run(self, x: Array, alpha: float) -> tuple[Array]:
        return (x / (1 + np.exp(-alpha * x)),)


class GroupQueryAttention(OpRun):
    """Causal attention with rotary embedding, on packed queries, keys and values, and with a cache.

    The new rows go into the slots before `total`; where the past is a buffer that already has them, the present is
    as long as that buffer.
    """

    op_domain = "com.microsoft"

    def _run(
        self,
        packed: Array,
        key: None,
        value: None,
        past_key: Array,
        past_value: Array,
        lengths_less_one: Array,
        total: Array,
        cosine: Array,
        sine: Array,
        positions: Array | None = None,
        bias: Array | None = None,
        **attributes: int,
    ) -> tuple[Array, Array, Array]:
        batch, count, _ = packed.shape
        width = past_key.shape[-1]
        slots = int(total)
        first = slots - count
        if positions is None:
            positions = np.arange(first, slots)[None]
        by_head = packed.astype(np.float64).reshape(batch, count, -1, width).transpose(0, 2, 1, 3)
        query_heads, key_heads = attributes["num_heads"], attributes["kv_num_heads"]
        ends = [query_heads, query_heads + key_heads]
        queries, keys, values = np.split(by_head, ends, axis=1)
        cosines, sines = (table[positions].astype(np.float64) for table in (cosine, sine))
        queries, keys = (rotated(rows, cosines, sines) for rows in (queries, keys))

        present_key, present_value = (
            scattered(past, rows, first) for past, rows in ((past_key, keys), (past_value, values))
        )
        sharing = query_heads // key_heads
        used_keys, used_values = (
            np.repeat(cache[:, :, :slots].astype(np.float64), sharing, axis=1) for cache in (present_key, present_value)
        )
        scores = queries @ used_keys.transpose(0, 1, 3, 2) / np.sqrt(width)
        if bias is not None:
            scores = scores + bias
        visible = np.arange(slots) <= np.arange(first, slots)[:, None]
        scores = np.where(visible, scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights = weights / weights.sum(axis=-1, keepdims=True)
        heads = (weights @ used_values).transpose(0, 2, 1, 3).reshape(batch, count, -1)
        return heads.astype(packed.dtype), present_key, present_value


def rotated(rows: Array, cosine: Array, sine: Array) -> Array:
    """Turns the pairs (i, i + half) of [batch, heads, n, width]; what lies behind them stays."""
    half = cosine.shape[-1]
    x, y, rest = rows[..., :half], rows[..., half : 2 * half], rows[..., 2 * half :]
    c, s = cosine[:, None], sine[:, None]
    return np.concatenate([x * c - y * s, y * c + x * s, rest], axis=-1)


def scattered(past: Array, rows: Array, first: int) -> Array:
    """The cache with the new rows from slot `first` on."""
    batch, heads, capacity, width = past.shape
    present = np.zeros((batch, heads, max(capacity, first + rows.shape[2]), width), past.dtype)
    present[:, :, :capacity] = past
    present[:, :, first : first + rows.shape[2]] = rows
    return present


CONTRIB_OPERATORS = [
    MatMulNBits,
    GatherBlockQuantized,
    SkipSimplifiedLayerNormalization,
    QuickGelu,
    GroupQueryAttention,
]
