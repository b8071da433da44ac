"""Steps of the embedded heads on the embedded target's hidden states."""

import numpy as np

from generate.embedded_logits import MODELS
from generate.fixture import Files, Table, to_json
from generate.prompts import prompts
from generate.source import Source
from oracle.gguf import read_gguf
from oracle.heads import Eagle, MlpSpeculator, Step
from oracle.load_model import load_gguf

NAME = "head-steps"
TOKENS, DRAFTED = 14, 3
FIXED_POINT = 1000
TOP, SAMPLED, FEATURES = 8, 12, 12

ABOUT = (
    "Steps of the three embedded heads, weights dequantised, arithmetic in float64. `hidden` are states of the "
    "embedded target for the first tokens of `tokens`, rounded to thousandths, [rows, width]; the heads read these "
    "rounded ones. For every head and every position `t`: step j has the token tokens[t + 1 + j], and of it the log of "
    "the sum of exponentials, the largest logits and random ones, and some entries of the state for the next step."
)


def make() -> Files:
    """head-steps.json."""
    path = MODELS / "target.gguf"
    tokens = next(text for text in prompts(path) if len(text) >= TOKENS)[:TOKENS]
    rows = load_gguf(path, np.float64).hidden_states(tokens)[: TOKENS - DRAFTED - 1]
    fixed = np.round(rows * FIXED_POINT).astype(int)
    hidden = fixed / FIXED_POINT
    embedding = read_gguf(path).tensors["token_embd.weight"].astype(np.float64)
    mlp = MlpSpeculator(MODELS / "mlp-speculator.gguf")
    source = Source(NAME)
    entries = []
    for head in ("mlp-speculator", "eagle", "hass"):
        eagle = Eagle(MODELS / f"{head}.gguf", embedding) if head != "mlp-speculator" else None
        for t in (0, 4, len(hidden) - 1):
            drafted = tokens[t + 2 : t + 2 + DRAFTED]
            steps = (
                mlp.steps(hidden[t], [tokens[t + 1], *drafted])
                if eagle is None
                else eagle.steps(hidden[: t + 1], tokens[1 : t + 2], drafted)
            )
            entries.append({"head": head, "t": t, "steps": [described(step, source) for step in steps]})
    fields = {"tokens": tokens, "hidden": Table(fixed.tolist()), "cases": Table(entries)}
    return {f"{NAME}.json": to_json(NAME, ABOUT, fields)}


def described(step: Step, source: Source) -> dict[str, object]:
    """A few numbers of a step."""
    largest = np.argsort(-step.logits, kind="stable")[:TOP]
    random = [source.below(len(step.logits)) for _ in range(SAMPLED)]
    peak = step.logits.max()
    return {
        "logSumExp": round(float(peak + np.log(np.exp(step.logits - peak).sum())), 5),
        "top": [[int(token), round(float(step.logits[token]), 5)] for token in largest],
        "sampled": [[token, round(float(step.logits[token]), 5)] for token in random],
        "state": [
            [place, round(float(step.state[place]), 5)]
            for place in (source.below(len(step.state)) for _ in range(FEATURES))
        ],
    }
