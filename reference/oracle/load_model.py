"""A transformer from its files: GGUF (ggml's names), or safetensors and config.json (Hugging Face's)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oracle.gguf import read_gguf
from oracle.safetensors import read_safetensors
from oracle.transformer import Array, Layer, Linear, Shape, Transformer

Precision = type[np.float32] | type[np.float64]

# Ours: ggml's name after `blk.N.`, Hugging Face's after `model.layers.N.`.
PROJECTIONS = {
    "query": ("attn_q", "self_attn.q_proj"),
    "key": ("attn_k", "self_attn.k_proj"),
    "value": ("attn_v", "self_attn.v_proj"),
    "attention_output": ("attn_output", "self_attn.o_proj"),
    "gate": ("ffn_gate", "mlp.gate_proj"),
    "up": ("ffn_up", "mlp.up_proj"),
    "down": ("ffn_down", "mlp.down_proj"),
}
NORMS = {
    "attention_norm": ("attn_norm", "input_layernorm"),
    "feed_forward_norm": ("ffn_norm", "post_attention_layernorm"),
}


def load_gguf(path: Path, precision: Precision = np.float32) -> Transformer:
    """The model of a GGUF file, dequantised; `precision` is that of the arithmetic."""
    file = read_gguf(path)
    family = file.metadata["general.architecture"]
    if family not in ("llama", "qwen2"):
        raise ValueError(f"{path} holds a {family} model; this runs llama and qwen2.")
    if f"{family}.rope.scaling.type" in file.metadata or "rope_freqs.weight" in file.tensors:
        raise ValueError(f"{path} scales its rotary positions; this does not.")

    def number(key: str) -> Any:  # noqa: ANN401 - the file says which type.
        return file.metadata[f"{family}.{key}"]

    shape = Shape(
        query_heads=number("attention.head_count"),
        key_value_heads=number("attention.head_count_kv"),
        norm_epsilon=number("attention.layer_norm_rms_epsilon"),
        rotary_base=file.metadata.get(f"{family}.rope.freq_base", 10_000.0),  # type: ignore[arg-type]
        # ggml turns neighbours for llama, and its converter has permuted the rows to fit.
        rotary_pairs="neighbours" if family == "llama" else "halves",
    )
    return _assemble(_cast(file.tensors, precision), shape, number("block_count"), style=0)


def load_hugging_face(weights: Path, config: Path, precision: Precision = np.float32) -> Transformer:
    """The model of a safetensors file with its config.json."""
    settings = json.loads(config.read_text())
    if settings["model_type"] not in ("llama", "qwen2"):
        raise ValueError(f"{config} is of a {settings['model_type']} model; this runs llama and qwen2.")
    if settings.get("rope_scaling") is not None:
        raise ValueError(f"{config} scales its rotary positions; this does not.")
    shape = Shape(
        query_heads=settings["num_attention_heads"],
        key_value_heads=settings.get("num_key_value_heads", settings["num_attention_heads"]),
        norm_epsilon=settings["rms_norm_eps"],
        rotary_base=settings.get("rope_theta", 10_000.0),
        rotary_pairs="halves",
    )
    tensors = _cast(read_safetensors(weights), precision)
    return _assemble(tensors, shape, settings["num_hidden_layers"], style=1)


def _cast(tensors: dict[str, NDArray[np.float32]], precision: Precision) -> dict[str, Array]:
    return {name: tensor.astype(precision) for name, tensor in tensors.items()}


def _assemble(tensors: dict[str, Array], shape: Shape, layers: int, style: int) -> Transformer:
    """`style` 0: ggml's names, 1: Hugging Face's."""
    prefix = ("blk.", "model.layers.")[style]

    def linear(name: str) -> Linear:
        return Linear(tensors[f"{name}.weight"], tensors.get(f"{name}.bias"))

    def layer(index: int) -> Layer:
        parts: dict[str, Any] = {ours: linear(f"{prefix}{index}.{names[style]}") for ours, names in PROJECTIONS.items()}
        for ours, names in NORMS.items():
            parts[ours] = tensors[f"{prefix}{index}.{names[style]}.weight"]
        return Layer(**parts)

    embedding = tensors[("token_embd.weight", "model.embed_tokens.weight")[style]]
    head = ("output", "lm_head")[style]
    return Transformer(
        shape=shape,
        embedding=embedding,
        layers=[layer(index) for index in range(layers)],
        final_norm=tensors[("output_norm.weight", "model.norm.weight")[style]],
        # Without a head of its own the embedding serves as one.
        head=linear(head) if f"{head}.weight" in tensors else Linear(embedding),
    )
