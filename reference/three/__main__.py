"""python -m three: writes docs/three-implementations.md."""

from typing import Any

from generate.machine import commit, machine, versions
from three.measure import FIRSTS, GREEDY_PROMPTS, GREEDY_TOKENS, PREFIXES, ROOT, measure

DOCUMENT = ROOT / "docs" / "three-implementations.md"
COMMAND = "npm run reference -- --three"

TEXT = """# Three implementations

The same two files, `target.gguf` and `draft.gguf` of `@foretoken/tiny-models` (Q8_0), in three implementations that
share no code: NumPy (`reference/oracle`, float64 on the dequantised weights), llama.cpp, and ONNX Runtime on the graph
that `@foretoken/onnx-backend` generates. `{command}` measures this and writes this file.

{tables}

How to read it:

- Logits: absolute differences over all logits of {positions} positions (50 prompts). KL: divergence of the second's
  distribution from the first's, per position, in nats, temperature 1. Top-1: share of positions with the same largest
  logit.
- Greedy: {prompts} prompts, up to {tokens} tokens. "Differs at": how many tokens the two texts have in common, for each
  prompt where they part. After the first difference two texts have different pasts, so nothing later is counted.
- Two tokens: total variation between the exact laws of the next two tokens, after {prefixes} prefixes. They are
  computed from each implementation's own probabilities, not sampled: one cell for every second token after each of the
  {firsts} likeliest first tokens, and one cell for all other first tokens (at most {other} of the mass).

What parts them: both engines round the activations to 8 bits, 32 to a scale, wherever they multiply by a Q8_0 matrix,
each in its own way, and llama.cpp keeps keys and values in float16. NumPy rounds nothing. With the same weights in
float32 the engines are within 2e-4 of NumPy (`test/standalone/reference`, and the graph tests of the ONNX backend).
These are distances between targets: exactness is a claim about one target on one engine, and does not
depend on them.

Machine: {machine}. Commit: `{commit}`. Versions: {versions}.
"""

HEAD = (
    "Pair",
    "Logits, max",
    "mean",
    "KL, mean",
    "max",
    "Top-1",
    "Greedy texts equal",
    "Differs at",
    "Two tokens: TV, mean",
    "max",
)


def table(name: str, pairs: dict[str, dict[str, Any]]) -> str:
    """One model's rows."""
    rows = [HEAD, ("---",) * len(HEAD)]
    for pair, found in pairs.items():
        rows.append(
            (
                pair,
                f"{found['largest']:.3f}",
                f"{found['mean']:.4f}",
                f"{found['meanDivergence']:.1e}",
                f"{found['largestDivergence']:.1e}",
                f"{100 * found['sameArgmax']:.2f} %",
                f"{found['equalTexts']} of {GREEDY_PROMPTS}",
                ", ".join(map(str, found["firstDifferences"])) or "never",
                f"{found['meanVariation']:.4f}",
                f"{found['largestVariation']:.4f}",
            )
        )
    return f"## {name.capitalize()}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Measures and writes."""
    models, engines = measure()
    target = models["target"]
    text = TEXT.format(
        command=COMMAND,
        tables="\n\n".join(table(name, model["pairs"]) for name, model in models.items()),
        positions=f"{target['positions']:,}",
        prompts=GREEDY_PROMPTS,
        tokens=GREEDY_TOKENS,
        prefixes=len(PREFIXES),
        firsts=FIRSTS,
        other=f"{max(model['otherMass'] for model in models.values()):.2f}",
        machine=machine(),
        commit=commit(),
        versions=versions(engines),
    )
    DOCUMENT.write_text(text, newline="\n")
    print(text)


main()
