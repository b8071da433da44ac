"""Fifty prompts as token ids.

The oracle has no tokenizer. It spells a text by longest match over the vocabulary's bytes, which is a valid
spelling and not always the one that the tokenizer's merges give: for comparing logits it need not be.
"""

from pathlib import Path

from generate.source import Source
from oracle.gguf import read_gguf

TEXTS = Path(__file__).with_name("prompts.txt")


def prompts(model: Path) -> list[list[int]]:
    """46 texts of `prompts.txt`, and four made to be hard: one token, one repeated, random ones, a long text."""
    vocabulary = read_gguf(model).metadata["tokenizer.ggml.tokens"]
    assert isinstance(vocabulary, list)
    pieces = {token_bytes(str(token)): number for number, token in enumerate(vocabulary)}
    texts = TEXTS.read_text(encoding="utf-8").rstrip("\n").split("\n---\n")
    spelled = [longest_match(text.encode(), pieces) for text in texts]
    source = Source("prompts")
    return [
        *spelled,
        [0],
        [pieces[b" "]] * 40,
        [source.below(len(vocabulary)) for _ in range(64)],
        [token for tokens in spelled for token in tokens][:500],
    ]


def token_bytes(token: str) -> bytes:
    """The bytes that a byte-level BPE token stands for (GPT-2's table of printable stand-ins)."""
    return bytes(BYTES[character] for character in token) if all(c in BYTES for c in token) else b""


def _byte_table() -> dict[str, int]:
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(byte): byte for byte in printable}
    others = [byte for byte in range(256) if byte not in printable]
    return table | {chr(256 + number): byte for number, byte in enumerate(others)}


BYTES = _byte_table()


def longest_match(text: bytes, pieces: dict[bytes, int]) -> list[int]:
    """The longest piece that fits, again and again."""
    longest = max(map(len, pieces))
    tokens: list[int] = []
    at = 0
    while at < len(text):
        size = next(n for n in range(longest, 0, -1) if text[at : at + n] in pieces)
        tokens.append(pieces[text[at : at + size]])
        at += size
    return tokens
