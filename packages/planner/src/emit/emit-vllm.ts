import type { Plan, PlannedDrafter } from '../plan/plan-schema.js';
import type { Emitted } from './emitted.js';
import { matchLengths } from './match-lengths.js';
import { notYet } from './not-yet.js';
import { treeLine } from './tree-line.js';

/** Whose options these are: SpeculativeConfig in vllm/config/speculative.py there. */
export const vllmVersion = 'vLLM 002e77c';

/** A plan as the JSON of vLLM's `--speculative-config`; `null` where nothing drafts that it knows. */
export function emitVllm(plan: Plan): Emitted {
  const inexpressible: string[] = [];
  const configurations = plan.drafters.flatMap((drafter) => {
    const configuration = configurationOf(drafter, plan, inexpressible);
    return configuration === undefined ? [] : [configuration];
  });
  // The one that the plan asks last costs the most and drafts the most.
  const chosen = configurations.at(-1) ?? null;
  if (configurations.length > 1)
    inexpressible.push('several drafters: it has one method at a time, here that of the last one');
  if (chosen !== null) inexpressible.push(...ofEveryDraft(plan));
  const caches = [plan.target.configuration, ...plan.drafters.flatMap(({ draft }) => draft ?? [])].filter(
    ({ cacheType }) => cacheType !== undefined,
  );
  for (const { model, cacheType } of caches)
    inexpressible.push(
      `${model} with a ${cacheType} cache: it has other formats, for all models together (--kv-cache-dtype)`,
    );
  const { target, drafters, sampling } = plan;
  for (const [model, { weightFormat }] of [
    ...((target.requantised ?? target.isOther) ? [[target.model, target.configuration] as const] : []),
    ...drafters.flatMap(({ name, draft, requantised }) =>
      requantised && draft !== null ? [[name, draft] as const] : [],
    ),
  ])
    inexpressible.push(`${model} as ${weightFormat}: give a model whose weights have such a format`);
  if (Object.keys(sampling).length > 0)
    inexpressible.push(`the sampling settings ${JSON.stringify(sampling)}: every request brings its own`);
  const files = Object.values(plan.models).filter(({ file }) => file.endsWith('.gguf'));
  if (files.length > 0)
    inexpressible.push(
      'GGUF files: give the same models as folders of Hugging Face, also for the model that is served',
    );
  return { text: JSON.stringify(chosen, undefined, 2), inexpressible };
}

type Configuration = Readonly<Record<string, string | number | boolean>>;

function configurationOf(
  { drafter, draft, name, predictedLength, tree }: PlannedDrafter,
  plan: Plan,
  inexpressible: string[],
): Configuration | undefined {
  const { rule, models } = plan;
  const length = { num_speculative_tokens: predictedLength };
  if (tree !== undefined) inexpressible.push(treeLine(name, tree, predictedLength));
  if (predictedLength === 0) {
    if (tree === undefined) inexpressible.push(notYet(name));
    return undefined;
  }
  switch (drafter.kind) {
    case 'draft-model': {
      if (drafter.vocabulary === 'slem') {
        inexpressible.push(
          `${name}: drafts of another vocabulary are translated by common tokens only (tli)`,
        );
        return undefined;
      }
      if (drafter.stage !== undefined)
        inexpressible.push(`${name}: nothing guesses for the draft model there; it drafts token by token`);
      // Of chains traversal is block.
      const isBlock = rule === 'block' || rule === 'traversal';
      if (!isBlock && rule !== 'tokenwise')
        inexpressible.push(`the rule ${rule}: its own are standard (tokenwise) and block`);
      return {
        method: 'draft_model',
        model: (models[draft?.model ?? ''] as Plan['models'][string]).file,
        ...length,
        draft_sample_method: 'probabilistic',
        rejection_sample_method: isBlock ? 'block' : 'standard',
        ...(drafter.vocabulary === 'tli' ? { use_heterogeneous_vocab: true } : {}),
      };
    }
    case 'prompt-lookup': {
      const { shortest, longest } = matchLengths(plan);
      return { method: 'ngram', ...length, prompt_lookup_min: shortest, prompt_lookup_max: longest };
    }
    case 'early-exit':
    case 'skip-layers':
      inexpressible.push(`${name}: write the layers that draft to a model of their own first`);
      return undefined;
    case 'head':
      inexpressible.push(
        `${name}: give the head as a folder of Hugging Face, by the method eagle or mlp_speculator`,
      );
      return undefined;
    case 'n-gram':
    case 'input-copy':
      inexpressible.push(`${name}: it looks n-grams up in the text so far alone (ngram, suffix)`);
      return undefined;
  }
}

function ofEveryDraft({ drafters, noSpeculation }: Plan): string[] {
  const longest = Math.max(...drafters.flatMap(({ table }) => table.lengths));
  const lines = [`lengths by acceptance, 0 to ${longest}: it has one length, or one by batch size`];
  if (noSpeculation.contextTokens.length > 0)
    lines.push(
      `no drafts with ${noSpeculation.contextTokens.join(', ')} tokens of context: it drafts always`,
    );
  if (noSpeculation.fromSequences !== null)
    lines.push(
      `no drafts from ${noSpeculation.fromSequences} sequences on: num_speculative_tokens_per_batch_size changes the length by batch size`,
    );
  return lines;
}
