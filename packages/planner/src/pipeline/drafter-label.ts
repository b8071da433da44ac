import path from 'node:path';
import type { PipelineDrafter } from './pipeline-schema.js';

/** What a drafter is called in decisions and reports; different drafters of a pipeline have different ones. */
export function drafterLabel(drafter: PipelineDrafter): string {
  switch (drafter.kind) {
    case 'draft-model': {
      const { model, vocabulary = 'same', stage, tree } = drafter;
      const ways = [
        ...(vocabulary === 'same' ? [] : [vocabulary]),
        ...(stage === undefined ? [] : [`after ${stage}`]),
        ...(tree === undefined ? [] : [`tree ${tree}`]),
      ];
      const name = model === 'embedded' ? 'embedded draft' : path.basename(model);
      return ways.length === 0 ? name : `${name} (${ways.join(', ')})`;
    }
    case 'early-exit':
      return `early-exit:${drafter.layers}`;
    case 'skip-layers':
      return `skip-layers:${drafter.layers.join(',')}`;
    case 'head':
      return drafter.tree === undefined ? drafter.head : `${drafter.head} (tree ${drafter.tree})`;
    case 'prompt-lookup':
    case 'n-gram':
    case 'input-copy':
      return drafter.kind;
  }
}

/** True where it drafts from text alone: it often has nothing to propose. */
export function draftsFromText({ kind }: PipelineDrafter): boolean {
  return kind === 'prompt-lookup' || kind === 'n-gram' || kind === 'input-copy';
}
