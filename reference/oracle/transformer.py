"""The forward pass of llama (Touvron et al. 2302.13971) and qwen2 (2407.10671).

Both are one decoder: RMSNorm (1910.07467), rotary positions (2104.09864), grouped-query attention
(2305.13245), SwiGLU (2002.05202). Qwen2 adds a bias to the query, key and value projections.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Shape:
    """What the weights' shapes do not say."""

    query_heads: int
    key_value_heads: int
    norm_epsilon: float
    rotary_base: float
    rotary_pairs: Literal["halves", "neighbours"]
    """Which entries of a head turn together: i and i + half (Hugging Face), or 2i and 2i + 1 (GGUF llama)."""


@dataclass(frozen=True)
class Linear:
    """A projection: weight [outputs, inputs], bias [outputs] or none."""

    weight: Array
    bias: Array | None = None

    def __call__(self, rows: Array) -> Array:
        """Rows [n, inputs] to [n, outputs]."""
        product = rows @ self.weight.T
        return product if self.bias is None else product + self.bias


@dataclass(frozen=True)
class Layer:
    """One decoder layer."""

    attention_norm: Array
    query: Linear
    key: Linear
    value: Linear
    attention_output: Linear
    feed_forward_norm: Array
    gate: Linear
    up: Linear
    down: Linear


@dataclass(frozen=True)
class Transformer:
    """All weights of a model; the type of the arrays is the type of the arithmetic."""

    shape: Shape
    embedding: Array
    layers: list[Layer]
    final_norm: Array
    head: Linear

    def logits(self, tokens: list[int]) -> Array:
        """The logits after every token, [tokens, vocabulary]."""
        return self.head(self.hidden_states(tokens))

    def hidden_states(self, tokens: list[int]) -> Array:
        """The states after the final norm, [tokens, width]."""
        state = self.embedding[tokens]
        epsilon = self.shape.norm_epsilon
        for layer in self.layers:
            normed = rms_norm(state, layer.attention_norm, epsilon)
            state = state + layer.attention_output(self._attention(layer, normed))
            normed = rms_norm(state, layer.feed_forward_norm, epsilon)
            state = state + layer.down(silu(layer.gate(normed)) * layer.up(normed))
        return rms_norm(state, self.final_norm, epsilon)

    def _attention(self, layer: Layer, rows: Array) -> Array:
        heads, groups = self.shape.query_heads, self.shape.key_value_heads
        query = self._rotate(_split(layer.query(rows), heads))
        key = self._rotate(_split(layer.key(rows), groups))
        value = _split(layer.value(rows), groups)
        # Query heads share the keys and values of their group: head h reads group h // (heads / groups).
        key, value = (np.repeat(shared, heads // groups, axis=0) for shared in (key, value))
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(rows.dtype.type(query.shape[-1]))
        future = np.triu(np.ones(scores.shape[1:], dtype=np.bool_), 1)
        weights = softmax(np.where(future, -np.inf, scores))
        return (weights @ value).transpose(1, 0, 2).reshape(len(rows), -1)

    def _rotate(self, heads: Array) -> Array:
        """Turn pair i of the vector at position t by t / base^(2i / width)."""
        _, length, width = heads.shape
        frequency = self.shape.rotary_base ** (-np.arange(0, width, 2) / width)
        angle = np.arange(length)[:, None] * frequency
        cosine, sine = (turn(angle).astype(heads.dtype) for turn in (np.cos, np.sin))
        rotated = np.empty_like(heads)
        if self.shape.rotary_pairs == "halves":
            first, second = slice(0, width // 2), slice(width // 2, width)
        else:
            first, second = slice(0, width, 2), slice(1, width, 2)
        left, right = heads[..., first], heads[..., second]
        rotated[..., first] = left * cosine - right * sine
        rotated[..., second] = left * sine + right * cosine
        return rotated


def _split(rows: Array, heads: int) -> Array:
    """[n, heads * width] to [heads, n, width]."""
    return rows.reshape(len(rows), heads, -1).transpose(1, 0, 2)


def rms_norm(rows: Array, weight: Array, epsilon: float) -> Array:
    """Rows over their root mean square, times the weight."""
    mean_square = np.mean(rows * rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.sqrt(mean_square + rows.dtype.type(epsilon)) * weight)


def silu(rows: Array) -> Array:
    """x * sigmoid(x)."""
    return np.asarray(rows / (1 + np.exp(-rows)))


def softmax(scores: Array) -> Array:
    """Over the last axis."""
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
