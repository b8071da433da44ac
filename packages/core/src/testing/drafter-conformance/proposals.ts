import type { Draft } from '../../contract/draft.js';
import type { DraftContext } from '../../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../../contract/drafter.js';
import type { LanguageModel } from '../../contract/language-model.js';
import { createRequestRandom } from '../../random/request-random.js';
import { createLogitsTransform } from '../../sampling/create-logits-transform.js';
import type { SamplingSettings } from '../../sampling/sampling-settings.js';
import { validateDraft } from '../../verification/validate-draft.js';
import { check } from '../conformance-case.js';
import { hiddenStateRows } from '../hidden-state-rows.js';

export interface DrafterConformanceOptions {
  readonly target: LanguageModel;
  /** A fresh drafter; every case closes what it makes. */
  readonly createDrafter: () => Drafter | Promise<Drafter>;
  /** Texts in which the drafter has something to propose, token ids, each at least 4 long. */
  readonly prompts: readonly (readonly number[])[];
  /** Proposals drawn to compare with what is reported; default 8000. */
  readonly proposals?: number | undefined;
  /** Most nodes and leaves that the laws ask for where they do not vary them; default: a chain of a few tokens. */
  readonly budget?: DraftBudget | undefined;
  /**
   * True where proposals depend on earlier rounds (n-gram caches): the laws that compare with a fresh drafter are
   * then left out. Default false.
   */
  readonly learns?: boolean | undefined;
}

export interface ProposalRequest extends Partial<DraftBudget> {
  readonly tokens: readonly number[];
  /** Default: all of them. */
  readonly promptLength?: number;
  readonly seed: number;
  readonly sampling?: SamplingSettings;
  readonly shouldStop?: DraftContext['shouldStop'];
  readonly signal?: AbortSignal;
}

/**
 * What a decode loop would ask, and a check of what comes back: sound, and within the budget.
 *
 * @param target its vocabulary is enough for a drafter without hidden states.
 */
export async function propose(
  target: LanguageModel | Pick<LanguageModel, 'vocabularySize'>,
  drafter: Drafter,
  request: ProposalRequest,
): Promise<Draft> {
  const { tokens, seed, sampling = {}, maximumTokens = 4, maximumLeaves = 1 } = request;
  const { independentSiblings = false } = request;
  const before = [...tokens];
  const targetHiddenRows =
    drafter.needsHiddenStates === true && 'createSequence' in target
      ? await knownRows(target, tokens.slice(0, -1))
      : undefined;
  const draft = await drafter.propose(
    {
      tokens,
      promptLength: request.promptLength ?? tokens.length,
      transform: createLogitsTransform(sampling, target.vocabularySize),
      random: createRequestRandom({ seed }).round(tokens.length),
      targetHiddenRows,
      shouldStop: request.shouldStop,
      signal: request.signal,
    },
    { maximumTokens, maximumLeaves, independentSiblings },
  );
  validateDraft(draft, target.vocabularySize);
  const leaves = draft.tokens.filter((_, node) => !draft.parents.includes(node)).length;
  check(
    draft.tokens.length <= maximumTokens,
    `${draft.tokens.length} tokens, ${maximumTokens} were asked for`,
  );
  check(leaves <= maximumLeaves, `${leaves} leaves, ${maximumLeaves} were asked for`);
  check(
    tokens.length === before.length && tokens.every((token, at) => token === before[at]),
    'the drafter changed the committed tokens',
  );
  return draft;
}

const known = new WeakMap<LanguageModel, Map<string, Promise<readonly Float32Array[] | undefined>>>();

/** All hidden states of a text: what a drafter has no use for, it leaves. Each text is read once. */
function knownRows(
  target: LanguageModel,
  tokens: readonly number[],
): Promise<readonly Float32Array[] | undefined> {
  const texts = known.get(target) ?? new Map<string, Promise<readonly Float32Array[] | undefined>>();
  known.set(target, texts);
  const key = tokens.join();
  const rows = texts.get(key) ?? hiddenStateRows(target, tokens);
  texts.set(key, rows);
  return rows;
}

/** Opens a drafter, runs, and closes it. */
export async function withDrafter(
  options: DrafterConformanceOptions,
  run: (drafter: Drafter) => Promise<void>,
): Promise<void> {
  const drafter = await options.createDrafter();
  try {
    await run(drafter);
  } finally {
    await drafter.close();
  }
}
