import { UnsupportedError } from '@foretoken/core';
import type { OnnxSession } from '../engine/onnx-session.js';
import type { TensorDescription } from '../engine/tensor.js';
import type { ElementType } from '../graph/file/element-types.js';

/** One layer's keys or values. */
export interface CachePart {
  readonly past: string;
  readonly present: string;
  readonly heads: number;
  readonly width: number;
}

/** What a graph in the layout of transformers.js takes and gives. */
export interface ExportLayout {
  readonly cacheType: 'float32' | 'float16';
  readonly parts: readonly CachePart[];
  readonly positions: boolean;
  readonly attentionMask: boolean;
  /** The shape of `num_logits_to_keep`, [] or [1]; undefined where logits of all tokens come. */
  readonly keepShape: readonly number[] | undefined;
  readonly logitsType: 'float32' | 'float16';
  readonly vocabularySize: number;
}

const knownInputs = ['input_ids', 'attention_mask', 'position_ids', 'num_logits_to_keep'];

/**
 * Finds the layout of onnx-community's exports of decoder-only models: `past_key_values.N.key` and `.value`, which
 * grow with every pass.
 *
 * @throws UnsupportedError naming every input and output that does not belong there.
 */
export function exportLayout(path: string, session: OnnxSession): ExportLayout {
  const inputs = new Map(session.inputs.map((input) => [input.name, input]));
  const outputs = new Map(session.outputs.map((output) => [output.name, output]));
  const problems: string[] = [];
  const pastNames = [...inputs.keys()].filter((name) => /^past_key_values\.\d+\.(key|value)$/.test(name));
  const cacheType = inputs.get(pastNames[0] ?? '')?.type ?? 'float32';
  const logits = outputs.get('logits');

  expectTensor(problems, 'input', 'input_ids', inputs.get('input_ids'), ['int64'], 2);
  if (pastNames.length === 0) problems.push('the inputs past_key_values.N.key and .value are missing');
  for (const name of inputs.keys()) {
    if (!knownInputs.includes(name) && !pastNames.includes(name))
      problems.push(`the input ${name} is unknown`);
  }
  expectTensor(problems, 'output', 'logits', logits, ['float32', 'float16'], 3);
  const parts = pastNames.map((past): CachePart => {
    const present = past.replace('past_key_values', 'present');
    const tensor = inputs.get(past);
    expectTensor(problems, 'input', past, tensor, ['float32', 'float16'], 4);
    expectTensor(problems, 'output', present, outputs.get(present), [cacheType], 4);
    const [, heads, , width] = tensor?.shape ?? [];
    if (typeof heads !== 'number' || typeof width !== 'number') {
      problems.push(`the input ${past} does not say how many heads of which width it has`);
    }
    return { past, present, heads: Number(heads), width: Number(width) };
  });
  const vocabularySize = logits?.shape[2];
  if (typeof vocabularySize !== 'number') problems.push('the output logits does not say its vocabulary');
  if (problems.length > 0) {
    throw new UnsupportedError(
      `${path} is neither a graph of Foretoken's generator nor a decoder in the layout of transformers.js: ${problems.join('; ')}.`,
    );
  }
  return {
    cacheType: cacheType as ExportLayout['cacheType'],
    parts,
    positions: inputs.has('position_ids'),
    attentionMask: inputs.has('attention_mask'),
    keepShape: inputs.get('num_logits_to_keep')?.shape.map(() => 1),
    logitsType: logits?.type as ExportLayout['logitsType'],
    vocabularySize: vocabularySize as number,
  };
}

function expectTensor(
  problems: string[],
  side: 'input' | 'output',
  name: string,
  tensor: TensorDescription | undefined,
  types: readonly ElementType[],
  rank: number,
): void {
  if (tensor === undefined) {
    problems.push(`the ${side} ${name} is missing`);
  } else if (tensor.type === undefined || !types.includes(tensor.type) || tensor.shape.length !== rank) {
    problems.push(
      `the ${side} ${name} is ${tensor.type ?? 'of another type'} [${tensor.shape.join(', ')}], expected ${types.join(' or ')} with ${rank} axes`,
    );
  }
}
