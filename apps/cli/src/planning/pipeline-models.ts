import { createHash } from 'node:crypto';
import { InvalidArgumentError } from '@foretoken/core';
import { readGguf } from '@foretoken/models';
import {
  hashModelFile,
  type Pipeline,
  type PipelineDrafter,
  type PipelineModel,
  type PipelineModels,
} from '@foretoken/planner';
import { tinyHeads } from '@foretoken/tiny-models';
import { isHeadName } from '../engines/heads.js';
import { usedTokens } from '../engines/used-tokens.js';
import { type NamedModel, namedDraft, namedTarget } from './model-names.js';

/** Hashes the model files of a pipeline, and reads what their headers tell. */
export async function pipelineModels(pipeline: Pipeline, signal: AbortSignal): Promise<PipelineModels> {
  const target = await describe(namedTarget(pipeline.target.model), signal);
  const drafters: (PipelineModel | undefined)[] = [];
  for (const drafter of pipeline.drafters) {
    const named = drafterFile(drafter);
    drafters.push(named && (await describe(named, signal)));
  }
  return { target, drafters };
}

/** The file that a drafter has of its own. */
function drafterFile(drafter: PipelineDrafter): NamedModel | undefined {
  if (drafter.kind === 'draft-model') return namedDraft(drafter.model);
  const head = drafter.kind === 'head' ? drafter.head : '';
  return isHeadName(head) ? { name: head, file: tinyHeads[head] } : undefined;
}

/** GGUF's numbers of file types, by the names that engines give the formats. */
const fileTypes: ReadonlyMap<number, readonly string[]> = new Map([
  [0, ['F32', 'float32']],
  [1, ['F16', 'float16']],
  [2, ['Q4_0', 'int4']],
  [7, ['Q8_0', 'int8']],
]);

async function describe({ name, file }: NamedModel, signal: AbortSignal): Promise<PipelineModel> {
  let hashed: { readonly sha256: string; readonly bytes: number };
  try {
    hashed = await hashModelFile(file, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InvalidArgumentError(`The model ${file} cannot be read (${code}).`, { cause: error });
  }
  const known = { name, file, ...hashed };
  if (!file.endsWith('.gguf')) return known;
  const gguf = await readGguf(file);
  const tokens = usedTokens(gguf);
  return {
    ...known,
    ownFormats: fileTypes.get(Number(gguf.metadata.get('general.file_type'))),
    vocabulary: tokens && createHash('sha256').update(JSON.stringify(tokens)).digest('hex'),
  };
}
