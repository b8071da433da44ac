import path from 'node:path';
import { type Pipeline, readPipeline } from '@foretoken/planner';
import { modelFile } from '../options/model-file.js';

/** Reads a pipeline; its relative paths are relative to its own folder. */
export async function readPipelineFile(file: string): Promise<Pipeline> {
  const folder = path.dirname(path.resolve(file));
  const beside = (name: string): string => path.resolve(folder, name);
  const model = (name: string): string => (name === 'embedded' ? name : modelFile(name, folder));
  const pipeline = await readPipeline(file);
  const { target, drafters } = pipeline;
  return {
    ...pipeline,
    target: { ...target, model: model(target.model) },
    drafters: drafters.map((drafter) => {
      switch (drafter.kind) {
        case 'draft-model':
          return { ...drafter, model: model(drafter.model) };
        case 'n-gram':
          return {
            ...drafter,
            corpora: drafter.corpora?.map(beside),
            store: drafter.store === undefined ? undefined : beside(drafter.store),
          };
        case 'input-copy':
          return { ...drafter, source: drafter.source === undefined ? undefined : beside(drafter.source) };
        case 'early-exit':
        case 'skip-layers':
        case 'head':
        case 'prompt-lookup':
          return drafter;
      }
    }),
  };
}
