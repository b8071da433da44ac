import type { PairName } from './pairs.js';

/** What computes our systems. */
export const engines = ['llamacpp', 'onnx'] as const;
export type Engine = (typeof engines)[number];

/** Ways of decoding that are measured on every engine. */
export const ways = ['plain', 'default', 'combined', 'plan'] as const;
export type Way = (typeof ways)[number];

/**
 * Those that compute with the very weights of the files. ONNX Runtime has no kernel for Q4_K: it would requantise them, which is
 * another target.
 */
export function enginesOf(files: PairName): readonly Engine[] {
  return files === 'q8_0' ? engines : ['llamacpp'];
}

/** Those on the engine of the peers have no name of an engine. */
export function ownName(engine: Engine, way: Way): string {
  return engine === 'llamacpp' ? way : `${engine}-${way}`;
}

/** The engine and the way of one of our systems; undefined: it is another's. */
export function ownSystem(name: string): { readonly engine: Engine; readonly way: Way } | undefined {
  for (const engine of engines) {
    const way = ways.find((other) => ownName(engine, other) === name);
    if (way !== undefined) return { engine, way };
  }
  return undefined;
}

/** Plain decoding that a system is held against: on its own engine. */
export function plainOf(name: string): string {
  return ownName(ownSystem(name)?.engine ?? 'llamacpp', 'plain');
}

/** Plain decoding that runs beside these systems: on llama.cpp, which all take turns with, and on their own engines. */
export function plainsBeside(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => [ownName('llamacpp', 'plain'), plainOf(name)]));
}

/** Whether a system is one of our ways of speculating, which the goals are for. */
export function isOurs(name: string): boolean {
  const own = ownSystem(name);
  return own !== undefined && own.way !== 'plain';
}
