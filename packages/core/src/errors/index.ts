// Errors, one a file.
export { CacheWriteError } from './cache-write-error.js';
export { ClosedError } from './closed-error.js';
export { ContextOverflowError } from './context-overflow-error.js';
export { EndpointReplyError } from './endpoint-reply-error.js';
export { EndpointUnreachableError } from './endpoint-unreachable-error.js';
export { EngineError } from './engine-error.js';
export { ForetokenError } from './foretoken-error.js';
export { HeadMismatchError } from './head-mismatch-error.js';
export { InvalidArgumentError } from './invalid-argument-error.js';
export { InvalidDraftError } from './invalid-draft-error.js';
export { InvalidModelFileError } from './invalid-model-file-error.js';
export { InvalidProbabilitiesError } from './invalid-probabilities-error.js';
export { NonFiniteLogitsError } from './non-finite-logits-error.js';
export { SequenceLimitError } from './sequence-limit-error.js';
export { TokenOutOfRangeError } from './token-out-of-range-error.js';
export { UnsupportedError } from './unsupported-error.js';
export { VocabularyMismatchError } from './vocabulary-mismatch-error.js';
