"""Greedy text of transformers' assisted generation against this product's."""

from typing import Any

import torch
from transformers import LlamaForCausalLM

END = 0


def compare_greedy(ours: dict[str, Any], target: LlamaForCausalLM, draft: LlamaForCausalLM) -> dict[str, object]:
    """`ours`: what write-greedy-texts wrote. Equal means token by token."""
    equal = {"plain": 0, **dict.fromkeys(ours["texts"][0]["drafted"], 0)}
    assisted_equals_plain = 0
    differing = []
    for text in ours["texts"]:
        prompt = torch.tensor([text["prompt"]])
        settings: dict[str, Any] = {
            "attention_mask": torch.ones_like(prompt),
            "max_new_tokens": ours["maximumTokens"],
            "do_sample": False,
            "pad_token_id": END,
        }
        plain = target.generate(prompt, **settings)
        assisted = target.generate(prompt, assistant_model=draft, **settings)
        length = prompt.shape[1]
        theirs = until_end(assisted[0, length:].tolist())
        assisted_equals_plain += theirs == until_end(plain[0, length:].tolist())
        for name, tokens in {"plain": text["plain"], **text["drafted"]}.items():
            if until_end(tokens) == theirs:
                equal[name] += 1
            else:
                differing.append({"prompt": text["prompt"], "way": name})
    count = len(ours["texts"])
    return {
        "prompts": count,
        "mostTokens": ours["maximumTokens"],
        "equalToAssistedGeneration": equal,
        "assistedEqualsPlain": assisted_equals_plain,
        "differing": differing,
        "passed": all(number == count for number in equal.values()),
    }


def until_end(tokens: list[int]) -> list[int]:
    """The tokens before the end token."""
    return tokens[: tokens.index(END)] if END in tokens else tokens
