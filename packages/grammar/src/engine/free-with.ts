import type { Freed } from './engine.js';

const registry = new FinalizationRegistry<Freed>((handle) => handle.delete());

/** Frees something of the engine's when its owner is gone: the engine's memory is out of the collector's sight. */
export function freeWith(owner: object, handle: Freed): void {
  registry.register(owner, handle);
}
