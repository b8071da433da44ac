// Loaded before anything else in every process of the fallback run: no WebAssembly kernel, no native ONNX access.
import { register } from 'node:module';

globalThis.WebAssembly.validate = () => false;
register('./without-koffi.mjs', import.meta.url);
