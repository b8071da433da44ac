"""Quantised blocks by hand, and the bounds that their steps imply."""

import numpy as np

from generate.quantised_blocks import awkward_values
from oracle.blocks import decode_q4_0, decode_q8_0, encode_q4_0, encode_q8_0


def test_a_q8_0_block_by_hand() -> None:
    values = np.zeros(32, dtype=np.float32)
    values[:4] = [127, -127, 0.5, -1.5]
    block = encode_q8_0(values).tobytes()
    # float16 1.0 is 0x3c00; halves go away from 0.
    assert block == bytes([0x00, 0x3C, 127, 129, 1, 254]) + bytes(28)


def test_a_q4_0_block_by_hand() -> None:
    values = np.zeros(32, dtype=np.float32)
    values[[0, 1, 16, 17]] = [-8, 7, 3, -1]
    block = encode_q4_0(values).tobytes()
    # Scale -8 / -8 = 1. Low halves hold values 0 to 15, high halves 16 to 31; 0 is stored as 8.
    assert block == bytes([0x00, 0x3C, 0xB0, 0x7F]) + bytes([0x88] * 14)


def test_just_below_half_a_step_is_0() -> None:
    values = np.zeros(32, dtype=np.float32)
    values[:2] = [127, np.nextafter(np.float32(0.5), np.float32(0))]
    assert encode_q8_0(values)[0, 3] == 0


def test_a_block_of_zeros_decodes_to_zeros() -> None:
    for sign in (0.0, -0.0):
        zeros = np.full(32, sign, dtype=np.float32)
        assert not decode_q8_0(encode_q8_0(zeros)).any()
        assert not decode_q4_0(encode_q4_0(zeros)).any()


def test_decoding_undoes_encoding_up_to_a_step() -> None:
    for name, values in awkward_values().items():
        largest = float(np.abs(values).max())
        if not 1e-2 < largest < 1e5:
            # The scale leaves float16's normal range: its own rounding is larger than a step.
            continue
        # Half a step, and float16's rounding of the scale (2^-11) on values of up to 127 or 8 steps.
        q8 = np.abs(decode_q8_0(encode_q8_0(values)) - values).max()
        assert q8 <= largest * (0.5 / 127 + 2**-11) * 1.001, name
        # Q4_0 has no +8: a value opposite to the largest may lose a whole step.
        q4 = np.abs(decode_q4_0(encode_q4_0(values)) - values).max()
        assert q4 <= largest * (1 / 8 + 2**-11) * 1.001, name
