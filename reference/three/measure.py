"""Runs the three implementations on the same tokens."""

import json
import subprocess
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from generate.embedded_logits import MODELS
from generate.prompts import prompts
from oracle.load_model import load_gguf
from oracle.transformer import Transformer
from three.distances import Rows, common_length, joint_law, logits_distance, total_variation

ROOT = Path(__file__).parents[2]
WRITER = "test/standalone/reference/write-engine-logits.ts"
NUMPY, ENGINES = "NumPy", ("llama.cpp", "ONNX Runtime")
PAIRS = list(combinations((NUMPY, *ENGINES), 2))
END = 0
GREEDY_PROMPTS, GREEDY_TOKENS = 8, 16
PREFIXES = (15, 20, 23, 34)
"""Numbers of short prompts."""
FIRSTS = 24


@dataclass
class Work:
    """One model's texts, and what NumPy makes of them."""

    whole: list[list[int]]
    last: list[list[int]]
    greedy: list[list[int]]
    firsts: list[list[int]]
    logits: Rows
    following: Rows
    texts: list[list[int]]


def measure() -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Every pair on both models, and what the engines call themselves."""
    names = ("target", "draft")
    work = {name: prepare(name) for name in names}
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        request = folder / "request.json"
        request.write_text(
            json.dumps(
                {
                    name: {
                        "whole": item.whole,
                        "last": item.last,
                        "greedy": item.greedy,
                        "greedyTokens": GREEDY_TOKENS,
                    }
                    for name, item in work.items()
                }
            )
        )
        subprocess.run(["node", "--import", "tsx", WRITER, request, folder], cwd=ROOT, check=True)
        answer = json.loads((folder / "answer.json").read_text())
        models = {name: compare(name, work[name], folder, answer["greedy"]) for name in names}
        return models, answer["engines"]


def prepare(name: str) -> Work:
    """NumPy's part, in float64."""
    path = MODELS / f"{name}.gguf"
    model = load_gguf(path, np.float64)
    whole = prompts(path)
    logits = [np.asarray(model.logits(tokens), np.float64) for tokens in whole]
    prefixes = [whole[number] for number in PREFIXES]
    firsts = [np.argsort(-logits[number][-1], kind="stable")[:FIRSTS].tolist() for number in PREFIXES]
    last = [[*prefix, token] for prefix, tokens in zip(prefixes, firsts, strict=True) for token in tokens]
    greedy = whole[:GREEDY_PROMPTS]
    return Work(
        whole=whole,
        last=last,
        greedy=greedy,
        firsts=firsts,
        logits=np.concatenate(logits),
        following=np.stack([last_row(model, tokens) for tokens in last]),
        texts=[greedy_text(model, prompt) for prompt in greedy],
    )


def last_row(model: Transformer, tokens: list[int]) -> Rows:
    """The logits after the last token; the head is not computed for the others."""
    return np.asarray(model.head(model.hidden_states(tokens)[-1:])[0], np.float64)


def greedy_text(model: Transformer, prompt: list[int]) -> list[int]:
    """The most likely token again and again, up to the end token."""
    tokens = list(prompt)
    while len(tokens) < len(prompt) + GREEDY_TOKENS:
        tokens.append(int(last_row(model, tokens).argmax()))
        if tokens[-1] == END:
            break
    return tokens[len(prompt) :]


def compare(name: str, work: Work, folder: Path, texts: dict[str, list[list[int]]]) -> dict[str, Any]:
    """All pairs on one model."""
    logits, following, greedy = {NUMPY: work.logits}, {NUMPY: work.following}, {NUMPY: work.texts}
    for engine in ENGINES:
        rows = np.fromfile(folder / f"{name}-{engine}.bin", "<f4").reshape(-1, work.logits.shape[1])
        logits[engine], following[engine] = np.split(rows.astype(np.float64), [len(work.logits)])
        assert len(following[engine]) == len(work.following)
        greedy[engine] = texts[f"{name}-{engine}"]
    ends = np.cumsum([len(tokens) for tokens in work.whole]) - 1
    laws = {
        implementation: [
            joint_law(rows[ends[number]], firsts, following[implementation][place * FIRSTS : (place + 1) * FIRSTS])
            for place, (number, firsts) in enumerate(zip(PREFIXES, work.firsts, strict=True))
        ]
        for implementation, rows in logits.items()
    }
    pairs = {}
    for first, second in PAIRS:
        lengths = [
            common_length(*both) for both in zip(until_end(greedy[first]), until_end(greedy[second]), strict=True)
        ]
        variations = [total_variation(*both) for both in zip(laws[first], laws[second], strict=True)]
        pairs[f"{first} and {second}"] = {
            **logits_distance(logits[first], logits[second]),
            "equalTexts": lengths.count(None),
            "firstDifferences": sorted(length for length in lengths if length is not None),
            "meanVariation": float(np.mean(variations)),
            "largestVariation": max(variations),
        }
    return {
        "positions": len(work.logits),
        "otherMass": max(float(law[-1]) for law in laws[NUMPY]),
        "pairs": pairs,
    }


def until_end(texts: list[list[int]]) -> list[list[int]]:
    """Without the end token: an implementation may or may not report it."""
    return [tokens[: tokens.index(END)] if END in tokens else tokens for tokens in texts]
