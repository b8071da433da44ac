import { InvalidModelFileError } from '@foretoken/core';
import type { OnnxSession } from '../engine/onnx-session.js';
import type { TensorDescription } from '../engine/tensor.js';
import type { ElementType } from '../graph/element-types.js';
import type { GraphManifest } from '../graph/graph-manifest.js';

interface Expected {
  readonly type: ElementType;
  /** undefined: a length that the caller chooses. */
  readonly shape: readonly (number | undefined)[];
}

/** @throws InvalidModelFileError naming every input and output that is not what the manifest promises. */
export function checkGraph(path: string, session: OnnxSession, manifest: GraphManifest): void {
  const problems = [
    ...differences('input', session.inputs, expectedInputs(manifest)),
    ...differences('output', session.outputs, expectedOutputs(manifest)),
  ];
  if (problems.length === 0) return;
  throw new InvalidModelFileError(
    `${path} does not have the inputs and outputs that its manifest promises: ${problems.join('; ')}. Generate it anew.`,
  );
}

function expectedInputs(manifest: GraphManifest): Map<string, Expected> {
  return new Map<string, Expected>([
    ['input_ids', { type: 'int64', shape: [1, undefined] }],
    ...(manifest.trees
      ? ([
          ['position_ids', { type: 'int64', shape: [1, undefined] }],
          ['attention_bias', { type: 'float32', shape: [1, 1, undefined, undefined] }],
        ] as const)
      : []),
    ['rows', { type: 'int64', shape: [undefined] }],
    ...(manifest.decomposed ? [] : ([['seqlens_k', { type: 'int32', shape: [1] }]] as const)),
    ['total_sequence_length', { type: 'int32', shape: [] }],
    ...cacheTensors('past_key_values', manifest),
  ]);
}

function expectedOutputs(manifest: GraphManifest): Map<string, Expected> {
  return new Map<string, Expected>([
    ['logits', { type: 'float32', shape: [undefined, manifest.vocabularySize] }],
    ['hidden_states', { type: 'float32', shape: [undefined, manifest.width] }],
    ...cacheTensors('present', manifest),
  ]);
}

function cacheTensors(prefix: string, manifest: GraphManifest): [string, Expected][] {
  const { layers, cacheType, keyValueHeads, headWidth } = manifest;
  return Array.from({ length: layers }, (_, layer) =>
    ['key', 'value'].map((part): [string, Expected] => [
      `${prefix}.${layer}.${part}`,
      { type: cacheType, shape: [1, keyValueHeads, undefined, headWidth] },
    ]),
  ).flat();
}

function differences(
  kind: string,
  actual: readonly TensorDescription[],
  expected: ReadonlyMap<string, Expected>,
): string[] {
  const problems: string[] = [];
  const found = new Map(actual.map((tensor) => [tensor.name, tensor]));
  for (const [name, wanted] of expected) {
    const tensor = found.get(name);
    if (tensor === undefined) problems.push(`the ${kind} ${name} is missing`);
    else if (!matches(tensor, wanted)) {
      problems.push(
        `the ${kind} ${name} is ${tensor.type ?? 'of another type'} [${tensor.shape.join(', ')}], expected ${wanted.type} [${wanted.shape.map((length) => length ?? 'any').join(', ')}]`,
      );
    }
  }
  for (const name of found.keys()) {
    if (!expected.has(name)) problems.push(`the ${kind} ${name} is unknown`);
  }
  return problems;
}

function matches({ type, shape }: TensorDescription, expected: Expected): boolean {
  return (
    type === expected.type &&
    shape.length === expected.shape.length &&
    // A length that the graph leaves open fits any.
    expected.shape.every(
      (wanted, axis) => wanted === undefined || typeof shape[axis] === 'string' || shape[axis] === wanted,
    )
  );
}
