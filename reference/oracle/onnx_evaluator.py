"""ONNX's reference evaluator on a generated graph, in float64."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, ModelProto, TensorProto, numpy_helper
from onnx.reference import ReferenceEvaluator

from oracle.contrib_operators import CONTRIB_OPERATORS

Array = NDArray[Any]


def checked(path: Path) -> ModelProto:
    """The graph in a file, once onnx has found no fault in it, types and shapes included."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    return model


class Evaluator:
    """The same graph with float64 in place of float32; float16 stays, so that it rounds what the graph rounds."""

    def __init__(self, model: ModelProto) -> None:
        """Runs any graph whose operators are ONNX's own or among the contrib ones."""
        self.names = [value.name for value in model.graph.input]
        self.outputs = [value.name for value in model.graph.output]
        self.evaluator = ReferenceEvaluator(in_float64(model), new_ops=CONTRIB_OPERATORS)

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """All outputs. Inputs that the graph has not are left out; float32 ones are widened."""
        known = {
            name: value.astype(np.float64) if value.dtype == np.float32 else value
            for name, value in inputs.items()
            if name in self.names
        }
        return dict(zip(self.outputs, self.evaluator.run(None, known), strict=True))


def in_float64(model: ModelProto) -> ModelProto:
    """A copy with every float32 constant, input, output and cast as float64."""
    wide = ModelProto()
    wide.CopyFrom(model)
    for constant in wide.graph.initializer:
        if constant.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(constant).astype(np.float64)
            constant.CopyFrom(numpy_helper.from_array(values, constant.name))
    for value in [*wide.graph.input, *wide.graph.output]:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TensorProto.DOUBLE
    for node in wide.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
            if attribute.type == AttributeProto.GRAPH:
                raise ValueError(f"{node.name}: generated graphs have no subgraphs.")
    return wide
