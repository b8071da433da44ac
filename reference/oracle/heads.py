"""Drafting heads: the MLP speculator (Wertheimer et al. 2404.19124), and EAGLE (Li et al. 2401.15077).

With h[t] the target's state after its final norm and x[t] its token, step j takes the token x[t + 1 + j] and a state
(h[t] first, then the head's own) and gives logits for x[t + 2 + j]. HASS (Zhang et al. 2408.15766) is EAGLE's form.
"""

from dataclasses import dataclass
from math import erf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oracle.gguf import Gguf, read_gguf
from oracle.transformer import rms_norm, silu, softmax

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """What a step gives: logits [vocabulary], and the state that the next one takes."""

    logits: Array
    state: Array


def _tensors(file: Gguf) -> dict[str, Array]:
    return {name: tensor.astype(np.float64) for name, tensor in file.tensors.items()}


def _number(file: Gguf, key: str) -> float:
    value = file.metadata[key]
    if not isinstance(value, int | float):
        raise TypeError(f"{key} is {value}")
    return value


class MlpSpeculator:
    """Four steps that share their weights; nothing is kept between texts."""

    def __init__(self, path: Path) -> None:
        """The head of a GGUF file."""
        file = read_gguf(path)
        self.weights = _tensors(file)
        self.state_weight = _number(file, "mlp-speculator.state_weight")
        self.token_weight = _number(file, "mlp-speculator.embedding_weight")

    def steps(self, hidden: Array, tokens: list[int]) -> list[Step]:
        """`hidden` is h[t], `tokens` are x[t + 1], x[t + 2], ..."""
        state = hidden
        steps = []
        for index, token in enumerate(tokens):
            projection = self.weights[f"state_proj.{min(index, 1)}.weight"]
            mixed = self.state_weight * (projection @ state)
            mixed = mixed + self.token_weight * self.weights["token_embd.weight"][token]
            centred = mixed - mixed.mean()
            normed = centred / np.sqrt((centred**2).mean() + 1e-5)
            normed = normed * self.weights["state_norm.weight"] + self.weights["state_norm.bias"]
            state = np.array([0.5 * x * (1 + erf(x / np.sqrt(2))) for x in normed])
            steps.append(Step(self.weights["output.weight"] @ state, state))
        return steps


class Eagle:
    """One decoder layer. `embedding` is the target's, [vocabulary, width]."""

    def __init__(self, path: Path, embedding: Array) -> None:
        """The head of a GGUF file."""
        file = read_gguf(path)
        self.weights = _tensors(file)
        self.embedding = embedding
        self.heads = int(_number(file, "eagle.attention.head_count"))
        self.groups = int(_number(file, "eagle.attention.head_count_kv"))
        self.width = int(_number(file, "eagle.attention.key_length"))
        self.epsilon = _number(file, "eagle.attention.layer_norm_rms_epsilon")
        self.base = _number(file, "eagle.rope.freq_base")

    def steps(self, hidden: Array, tokens: list[int], drafted: list[int]) -> list[Step]:
        """`hidden` is h[0..t], `tokens` are x[1..t + 1], `drafted` the tokens of the steps after the first."""
        last = len(tokens) - 1
        keys, values = [], []
        for position, (token, state) in enumerate(zip(tokens, hidden, strict=True)):
            _, key, value = self._parts(self._fused(token, state), position)
            keys.append(key)
            values.append(value)
        step = self._finish(self._fused(tokens[-1], hidden[-1]), last, keys, values)
        steps = [step]
        for index, token in enumerate(drafted, 1):
            fused = self._fused(token, step.state)
            _, key, value = self._parts(fused, last + index)
            keys.append(key)
            values.append(value)
            step = self._finish(fused, last + index, keys, values)
            steps.append(step)
        return steps

    def _fused(self, token: int, state: Array) -> Array:
        return np.asarray(self.weights["fc.weight"] @ np.concatenate([self.embedding[token], state]))

    def _parts(self, fused: Array, position: int) -> tuple[Array, Array, Array]:
        """Query [heads, width], key and value [groups, width] of one entry."""
        normed = rms_norm(fused, self.weights["blk.0.attn_norm.weight"], self.epsilon)
        query, key, value = (self.weights[f"blk.0.attn_{part}.weight"] @ normed for part in "qkv")
        return (
            self._turned(query.reshape(self.heads, -1), position),
            self._turned(key.reshape(self.groups, -1), position),
            value.reshape(self.groups, -1),
        )

    def _turned(self, rows: Array, position: int) -> Array:
        """Element i turns with element i + half."""
        half = self.width // 2
        angle = position * self.base ** (-np.arange(half) / half)
        left, right = rows[:, :half], rows[:, half:]
        return np.concatenate(
            [left * np.cos(angle) - right * np.sin(angle), left * np.sin(angle) + right * np.cos(angle)], axis=1
        )

    def _finish(self, fused: Array, position: int, keys: list[Array], values: list[Array]) -> Step:
        query, _, _ = self._parts(fused, position)
        mixed = []
        for head in range(self.heads):
            group = head // (self.heads // self.groups)
            scores = np.array([query[head] @ key[group] for key in keys]) / np.sqrt(self.width)
            mixed.append(softmax(scores) @ np.array([value[group] for value in values]))
        state = fused + self.weights["blk.0.attn_output.weight"] @ np.concatenate(mixed)
        normed = rms_norm(state, self.weights["blk.0.ffn_norm.weight"], self.epsilon)
        gated = silu(self.weights["blk.0.ffn_gate.weight"] @ normed) * (self.weights["blk.0.ffn_up.weight"] @ normed)
        state = state + self.weights["blk.0.ffn_down.weight"] @ gated
        return Step(self.embedding @ state, state)
