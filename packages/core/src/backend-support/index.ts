// What a backend is built from.
export type { CheckedRequest } from './check-requests.js';
export { computeTurns } from './compute-turns.js';
export type { Turns } from './compute-turns.js';
export { EngineModel } from './engine-model.js';
export type { EngineModelParts, QueuedRequest } from './engine-model.js';
export { EngineSequence } from './engine-sequence.js';
export { OperationQueue } from './operation-queue.js';
export type { PendingTree } from './engine-sequence.js';
