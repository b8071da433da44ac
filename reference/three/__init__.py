"""NumPy, llama.cpp and ONNX Runtime on the embedded family, compared in pairs."""
