import type { Plan, PlannedDrafter } from '../plan/plan-schema.js';
import type { Emitted } from './emitted.js';
import { matchLengths } from './match-lengths.js';
import { shellWord } from './shell-word.js';
import { notYet } from './not-yet.js';
import { treeLine } from './tree-line.js';

/** Whose options these are: common/arg.cpp and docs/speculative.md there. */
export const llamaServerVersion = 'llama.cpp de3ff81 (library 0.5.0)';

/** A plan as a command line of llama-server. */
export function emitLlamaServer(plan: Plan): Emitted {
  const { target, drafters, sampling, models } = plan;
  const { configuration } = target;
  const words = ['llama-server', '-m', fileOf(models, target.model)];
  const inexpressible: string[] = [];
  if (configuration.threads !== null) words.push('-t', String(configuration.threads));
  if (configuration.cacheType !== undefined)
    words.push('--cache-type-k', configuration.cacheType, '--cache-type-v', configuration.cacheType);
  if (configuration.gpuLayers !== undefined) words.push('-ngl', String(configuration.gpuLayers));
  words.push('-c', String(configuration.contextLength), '-np', '1');
  const types: string[] = [];
  for (const drafter of drafters) types.push(...emitDrafter(drafter, plan, words, inexpressible));
  if (types.length > 0) words.push('--spec-type', types.join(','));
  if (types.length > 1)
    inexpressible.push(
      'the drafter that promises most in a round: what copies text goes first, and the draft model guesses where that finds nothing',
    );
  for (const [flag, value] of [
    ['--temp', sampling.temperature],
    ['--top-k', sampling.topK ?? 0],
    ['--top-p', sampling.topP ?? 1],
    ['--min-p', sampling.minP ?? 0],
  ] as const) {
    if (value !== undefined) words.push(flag, String(value));
  }
  if (!configuration.engine.startsWith('llama.cpp'))
    inexpressible.push(
      `the engine ${configuration.engine}: costs were measured on it, and llama-server has others`,
    );
  if (target.requantised ?? target.isOther)
    inexpressible.push(
      `weights as ${configuration.weightFormat}: write such a file first, with llama-quantize`,
    );
  if (drafters.length > 0) inexpressible.push(...ofEveryDraft(plan));
  return { text: words.map(shellWord).join(' '), inexpressible };
}

/** Adds a drafter's flags; its types of speculation, none where it has no words there. */
function emitDrafter(
  { drafter, draft, name, predictedLength, tree, requantised }: PlannedDrafter,
  plan: Plan,
  words: string[],
  inexpressible: string[],
): string[] {
  if (tree !== undefined) inexpressible.push(treeLine(name, tree, predictedLength));
  if (predictedLength === 0) {
    if (tree === undefined) inexpressible.push(notYet(name));
    return [];
  }
  switch (drafter.kind) {
    case 'draft-model': {
      if (drafter.vocabulary !== undefined && drafter.vocabulary !== 'same') {
        inexpressible.push(`${name}: the vocabularies of draft and target have to be the same there`);
        return [];
      }
      if (drafter.stage !== undefined)
        inexpressible.push(`${name}: nothing guesses for the draft model there; it drafts token by token`);
      words.push('--spec-draft-model', fileOf(plan.models, draft?.model ?? ''));
      words.push('--spec-draft-n-max', String(predictedLength), '--spec-draft-p-min', '0');
      if (draft !== null && draft.threads !== null) words.push('--spec-draft-threads', String(draft.threads));
      if (draft?.gpuLayers !== undefined) words.push('--spec-draft-ngl', String(draft.gpuLayers));
      if (requantised && draft !== null)
        inexpressible.push(`${name} as ${draft.weightFormat}: write such a file first, with llama-quantize`);
      if (draft?.cacheType !== undefined)
        words.push('--spec-draft-type-k', draft.cacheType, '--spec-draft-type-v', draft.cacheType);
      return ['draft-simple'];
    }
    case 'prompt-lookup': {
      const { shortest } = matchLengths(plan);
      // It drafts nothing where a draft is shorter than what it looks for.
      const match = Math.min(shortest, predictedLength);
      if (match < shortest)
        inexpressible.push(
          `${name}: matches of ${match} tokens are enough there, not of ${shortest}: it looks for no more tokens than it drafts`,
        );
      words.push('--spec-ngram-simple-size-n', String(match));
      words.push('--spec-ngram-simple-size-m', String(predictedLength));
      return ['ngram-simple'];
    }
    case 'early-exit':
    case 'skip-layers':
      inexpressible.push(`${name}: write the layers that draft to a file of their own first`);
      return [];
    case 'head':
      inexpressible.push(
        `${name}: heads of this form are not among its drafters (EAGLE-3, MTP, DFlash, DSpark are)`,
      );
      return [];
    case 'n-gram':
    case 'input-copy':
      inexpressible.push(
        `${name}: it drafts from the text so far alone (ngram-simple, ngram-map-k, ngram-mod)`,
      );
      return [];
  }
}

function ofEveryDraft({ drafters, rule, sampling, noSpeculation }: Plan): string[] {
  const lines: string[] = [];
  if (sampling.temperature !== 0 && rule !== 'sample-match')
    lines.push(
      `the rule ${rule}: it samples from the target and compares, which accepts less at a temperature above 0`,
    );
  const longest = Math.max(...drafters.flatMap(({ table }) => table.lengths));
  lines.push(
    `lengths by acceptance, 0 to ${longest}: one length for all texts; drafts end early only below a probability (--spec-draft-p-min)`,
  );
  if (noSpeculation.contextTokens.length > 0)
    lines.push(
      `no drafts with ${noSpeculation.contextTokens.join(', ')} tokens of context: it drafts always`,
    );
  if (noSpeculation.fromSequences !== null)
    lines.push(`no drafts from ${noSpeculation.fromSequences} sequences on: it drafts at every load`);
  return lines;
}

function fileOf(models: Plan['models'], id: string): string {
  return (models[id] as Plan['models'][string]).file;
}
