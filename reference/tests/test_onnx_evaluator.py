"""The contrib operators against answers worked out by hand, and the checker against a fault."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from oracle.contrib_operators import dequantised, rotated, scattered
from oracle.onnx_evaluator import Evaluator, checked


def test_blocks_of_four_bits_begin_with_the_low_half_and_eight_is_zero() -> None:
    quants = np.array([[[0x80, 0x9F]]], np.uint8)
    assert dequantised(quants, np.array([[0.5]]), 4).tolist() == [[-4.0, 0.0, 3.5, 0.5]]


def test_in_blocks_of_eight_bits_128_is_zero() -> None:
    quants = np.array([[[0, 128], [255, 129]]], np.uint8)
    assert dequantised(quants, np.array([[1.0, 2.0]]), 8).tolist() == [[-128.0, 0.0, 254.0, 2.0]]


def test_a_quarter_turn_leaves_what_lies_behind_the_pairs() -> None:
    rows = np.array([[[[1.0, 2.0, 9.0]]]])
    assert rotated(rows, np.zeros((1, 1, 1)), np.ones((1, 1, 1))).tolist() == [[[[-2.0, 1.0, 9.0]]]]


def test_a_cache_grows_only_where_it_is_too_short() -> None:
    past = np.zeros((1, 1, 2, 1))
    rows = np.ones((1, 1, 2, 1))
    assert scattered(past, rows, 0).reshape(-1).tolist() == [1, 1]
    assert scattered(past, rows, 2).reshape(-1).tolist() == [0, 0, 1, 1]


def one_query(bias: float) -> np.ndarray:
    """Two tokens of one head of width 2, no rotation: the keys are 0 so that all visible slots count alike."""
    names = ["packed", "", "", "past_key", "past_value", "last", "total", "cosine", "sine", "positions", "bias"]
    node = helper.make_node(
        "GroupQueryAttention", names, ["y", "k", "v"], domain="com.microsoft", num_heads=1, kv_num_heads=1, do_rotary=1
    )
    inputs = {
        "packed": np.array([[[0, 0, 0, 0, 1, 2], [0, 0, 0, 0, 3, 6]]], np.float32),
        "past_key": np.zeros((1, 1, 4, 2), np.float32),
        "past_value": np.zeros((1, 1, 4, 2), np.float32),
        "last": np.array([1], np.int32),
        "total": np.array(2, np.int32),
        "cosine": np.ones((4, 1), np.float32),
        "sine": np.zeros((4, 1), np.float32),
        "positions": np.array([[0, 1]]),
        "bias": np.array([[[[0, 0], [bias, 0]]]], np.float32),
    }
    values = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for name, value in inputs.items()
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "k", "v")]
    opsets = [helper.make_opsetid("", 24), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(helper.make_graph([node], "one", values, outputs), opset_imports=opsets)
    return Evaluator(model).run(inputs)["y"]


def test_attention_is_causal_and_takes_a_bias() -> None:
    assert one_query(0.0).tolist() == [[[1.0, 2.0], [2.0, 4.0]]]
    assert one_query(-30_000.0).tolist() == [[[1.0, 2.0], [3.0, 6.0]]]


def test_the_checker_refuses_shapes_that_do_not_fit(tmp_path: Path) -> None:
    def saved(columns: int) -> Path:
        a = helper.make_tensor_value_info("a", TensorProto.FLOAT, [2, 3])
        b = helper.make_tensor_value_info("b", TensorProto.FLOAT, [columns, 2])
        c = helper.make_tensor_value_info("c", TensorProto.FLOAT, [2, 2])
        graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "product", [a, b], [c])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 24)], ir_version=11)
        onnx.save(model, tmp_path / "product.onnx")
        return tmp_path / "product.onnx"

    checked(saved(3))
    with pytest.raises(onnx.shape_inference.InferenceError):
        checked(saved(4))
