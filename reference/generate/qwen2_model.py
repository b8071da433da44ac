"""A qwen2 model small enough to bring along: random weights in all four formats, and its logits.

The embedded models are of the llama family; this one has what they lack: biases, an output head of its own,
halves as rotary pairs, another base and epsilon, Q4_0 and F16 tensors.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from generate.fixture import Files
from generate.gguf_writer import F16, F32, Q4_0, Q8_0, Entry, Tensor, write_gguf
from generate.model_logits import make_logits
from generate.prompts import BYTES
from generate.source import Source

NAME = "logits-qwen2"
WIDTH, HEADS, GROUPS, HEAD_WIDTH, INNER, LAYERS, VOCABULARY = 64, 4, 2, 16, 96, 3, 288
PROMPTS = 20


def make() -> Files:
    """qwen2.gguf, logits-qwen2.json and logits-qwen2.bin."""
    model = write_gguf(metadata(), tensors(Source(NAME)))
    source = Source(f"{NAME}/prompts")
    prompts = [[source.below(VOCABULARY) for _ in range(source.between(1, 40))] for _ in range(PROMPTS)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "qwen2.gguf"
        path.write_bytes(model)
        return {
            "qwen2.gguf": model,
            **make_logits(NAME, "the random qwen2.gguf beside it", path, prompts, PROMPTS),
        }


def metadata() -> dict[str, Entry]:
    """What llama.cpp needs to load it; the tokenizer knows bytes, one merge and some unused tokens."""
    bytes_by_value = [character for character, _ in sorted(BYTES.items(), key=lambda item: item[1])]
    tokens = [*bytes_by_value, "ab", "<|endoftext|>", *(f"<|unused {n}|>" for n in range(VOCABULARY - 258))]
    return {
        "general.architecture": "qwen2",
        "general.name": "random qwen2",
        "qwen2.vocab_size": VOCABULARY,
        "qwen2.context_length": 128,
        "qwen2.embedding_length": WIDTH,
        "qwen2.block_count": LAYERS,
        "qwen2.feed_forward_length": INNER,
        "qwen2.attention.head_count": HEADS,
        "qwen2.attention.head_count_kv": GROUPS,
        "qwen2.attention.layer_norm_rms_epsilon": 1e-6,
        "qwen2.rope.freq_base": 1_000_000.0,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens,
        # 1: ordinary, 3: control.
        "tokenizer.ggml.token_type": [1] * 257 + [3] * (VOCABULARY - 257),
        "tokenizer.ggml.merges": ["a b"],
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.ggml.bos_token_id": 257,
        "tokenizer.ggml.eos_token_id": 257,
    }


def tensors(source: Source) -> dict[str, Tensor]:
    """Uniform weights, so wide that attention is sharp and the next token is not a coin toss."""

    def uniform(kind: int, scale: float, *shape: int, around: float = 0.0) -> Tensor:
        values = [around + scale * (2 * source.uniform() - 1) for _ in range(int(np.prod(shape)))]
        return Tensor(np.array(values, dtype=np.float32).reshape(shape), kind)

    queries, keys = HEADS * HEAD_WIDTH, GROUPS * HEAD_WIDTH
    model = {"token_embd.weight": uniform(F16, 1.0, VOCABULARY, WIDTH)}
    for layer in range(LAYERS):
        block = {
            "attn_norm.weight": uniform(F32, 0.5, WIDTH, around=1.0),
            "attn_q.weight": uniform(Q8_0, 0.4, queries, WIDTH),
            "attn_q.bias": uniform(F32, 0.5, queries),
            "attn_k.weight": uniform(Q4_0, 0.4, keys, WIDTH),
            "attn_k.bias": uniform(F32, 0.5, keys),
            "attn_v.weight": uniform(F16, 0.3, keys, WIDTH),
            "attn_v.bias": uniform(F32, 0.5, keys),
            "attn_output.weight": uniform(Q4_0, 0.3, WIDTH, queries),
            "ffn_norm.weight": uniform(F32, 0.5, WIDTH, around=1.0),
            "ffn_gate.weight": uniform(Q8_0, 0.3, INNER, WIDTH),
            "ffn_up.weight": uniform(F16, 0.3, INNER, WIDTH),
            "ffn_down.weight": uniform(Q4_0, 0.3, WIDTH, INNER),
        }
        model |= {f"blk.{layer}.{name}": tensor for name, tensor in block.items()}
    model["output_norm.weight"] = uniform(F32, 0.5, WIDTH, around=1.0)
    model["output.weight"] = uniform(Q8_0, 0.5, VOCABULARY, WIDTH)
    return model
