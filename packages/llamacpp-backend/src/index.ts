export { cachedQuantizedModel } from './cached-quantized-model.js';
export type { CachedQuantizeOptions } from './cached-quantized-model.js';
export { libraryVariants, supportedVersion } from './library-path.js';
export type { LibraryVariant } from './library-path.js';
export { kvTypes } from './llamacpp-options.js';
export type { KvType, LlamacppOptions } from './llamacpp-options.js';
export { llamacppBackend } from './load-model.js';
export { quantizationFormats, quantizeModel } from './quantize-model.js';
export type { QuantizationFormat, QuantizeOptions } from './quantize-model.js';
