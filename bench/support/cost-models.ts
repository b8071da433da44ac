import { costAt, type CostCurve } from '@foretoken/core';

/** Milliseconds of a pass over n new tokens. */
const passLengths = [1, 2, 4, 8, 16];
const pass = (...milliseconds: readonly number[]): CostCurve => ({ lengths: passLengths, milliseconds });

/** As measured on llama.cpp with two CPU cores: Qwen2.5-Coder, SmolLM2 and the embedded pair (docs/scheduling.md). */
const passes = {
  'AMX 1.5B Q4_K_M': pass(58, 102, 115, 149, 178),
  'AMX 1.5B Q4_0': pass(39, 77, 83, 104, 115),
  'AMX 1.5B Q8_0': pass(61, 84, 86, 107, 120),
  'AMX 0.5B Q4_0': pass(14, 24, 27, 33, 39),
  'AMX 135M Q4_1': pass(4.5, 8, 9.7, 13, 18),
  'VNNI 1.5B Q4_K_M': pass(61, 89, 100, 173, 265),
  'VNNI 135M Q4_1': pass(6.6, 11, 22, 38, 68),
  'embedded target': pass(1.2, 1.5, 2.6, 4.9, 9.4),
  'embedded draft': pass(0.26, 0.3, 0.44, 0.81, 1.35),
} as const;
type PassName = keyof typeof passes;

/** Megabytes of a model's file, by what its name ends with. */
const megabytes = {
  '1.5B Q4_K_M': 1117,
  '1.5B Q4_0': 1067,
  '1.5B Q8_0': 1895,
  '0.5B Q4_0': 429,
  '135M Q4_1': 98,
  'embedded target': 29,
  'embedded draft': 4.1,
} as const;
function sizeOf(name: PassName): number {
  const known = Object.entries(megabytes).find(([end]) => name.endsWith(end));
  if (known === undefined) throw new Error(`The size of ${name} is not known.`);
  return known[1];
}

export interface CostModel {
  readonly name: string;
  readonly drafter: 'model' | 'prompt-lookup';
  /** Milliseconds of a round by drafted tokens. */
  readonly cost: (drafted: number) => number;
  /** Milliseconds of drafting a token, a part of those. */
  readonly perToken: number;
  /** Milliseconds in which the drafter reads tokens that it missed, beyond those of the pass that reads them. */
  readonly catchUp: (missed: number) => number;
  /** Of the draft model's weights, over the target's. */
  readonly relativeSize: number | undefined;
  /** The costs as a calibration would measure them. */
  readonly curve: CostCurve;
}

const measured = [0, 1, 3, 7, 11, 15];

function costModel(target: PassName, draft: PassName | undefined): CostModel {
  const one = draft === undefined ? 0 : costAt(passes[draft], 1);
  const cost = (drafted: number): number => costAt(passes[target], drafted + 1) + drafted * one;
  // Long texts are read in passes of 16.
  const read = draft === undefined ? 0 : costAt(passes[draft], 16) / 16;
  return {
    name: `${target}, ${draft ?? 'prompt lookup'}`,
    drafter: draft === undefined ? 'prompt-lookup' : 'model',
    cost,
    perToken: one,
    relativeSize: draft && sizeOf(draft) / sizeOf(target),
    catchUp: (missed) => (missed > 8 ? missed * read : 0),
    curve: { lengths: measured, milliseconds: measured.map(cost) },
  };
}

export const costModels: readonly CostModel[] = [
  costModel('AMX 1.5B Q8_0', 'AMX 0.5B Q4_0'),
  costModel('AMX 1.5B Q8_0', 'AMX 135M Q4_1'),
  costModel('AMX 1.5B Q8_0', undefined),
  costModel('AMX 1.5B Q4_K_M', 'AMX 0.5B Q4_0'),
  costModel('AMX 1.5B Q4_K_M', 'AMX 135M Q4_1'),
  costModel('AMX 1.5B Q4_K_M', undefined),
  costModel('AMX 1.5B Q4_0', undefined),
  costModel('VNNI 1.5B Q4_K_M', 'VNNI 135M Q4_1'),
  costModel('VNNI 1.5B Q4_K_M', undefined),
  costModel('embedded target', 'embedded draft'),
  costModel('embedded target', undefined),
];
