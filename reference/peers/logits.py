"""transformers' logits against the oracle's, on the same float16 weights in float32."""

from pathlib import Path

import numpy as np
import torch
from transformers import LlamaForCausalLM

from oracle.load_model import load_hugging_face

MOST_DIFFERENCE = 1e-3


def compare_logits(folder: Path, name: str, model: LlamaForCausalLM, prompts: list[list[int]]) -> dict[str, object]:
    """Every position of every prompt."""
    oracle = load_hugging_face(folder / f"{name}.safetensors", folder / f"{name}.config.json")
    largest, divergences, same, positions = 0.0, [], 0, 0
    for tokens in prompts:
        with torch.no_grad():
            theirs = model(torch.tensor([tokens])).logits[0].double().numpy()
        ours = oracle.logits(tokens).astype(np.float64)
        largest = max(largest, float(np.abs(ours - theirs).max()))
        ours_log, theirs_log = (row - np.logaddexp.reduce(row, axis=-1, keepdims=True) for row in (ours, theirs))
        divergences.extend((np.exp(ours_log) * (ours_log - theirs_log)).sum(axis=-1).tolist())
        same += int((ours.argmax(axis=-1) == theirs.argmax(axis=-1)).sum())
        positions += len(tokens)
    return {
        "prompts": len(prompts),
        "positions": positions,
        "largestDifference": float(f"{largest:.3g}"),
        "meanDivergence": float(f"{np.mean(divergences):.3g}"),
        "sameArgmax": same / positions,
        "passed": largest < MOST_DIFFERENCE,
    }
