import {
  createLogitsTransform,
  type Distribution,
  type LanguageModel,
  tokenwise,
  type VerificationRule,
} from '@foretoken/core';
import type { AuditSubject } from '../subject/audit-subject.js';
import { wrapModel } from '../subject/wrapped-model.js';
import { maskedAfterwards } from './masked-afterwards.js';
import type { Mutant } from './mutant.js';

const maskAfterAcceptance: Mutant = {
  name: 'mask after acceptance',
  description:
    'drafts under a mask are accepted by target probabilities without it, and only the next token is drawn under it',
  rule: tokenwise,
  inject: (sound) => {
    let rows: readonly Float32Array[] = [];
    const target = wrapModel(sound.models.target, {
      onForward: (requests, results) => {
        const logits = requests[0]?.rows === 'none' ? undefined : results[0]?.logits;
        if (logits !== undefined)
          rows = Array.from({ length: logits.rowCount }, (_, row) => logits.read(row).slice());
        return results;
      },
    });
    const free = withoutMask(sound, target);
    const rule: VerificationRule = {
      ...sound.rule,
      verify: (draft, targetRows, random) =>
        sound.rule.verify(
          draft,
          rows.map((logits, slot) => free.apply(logits, [], slot)),
          {
            accept: (probability, node) => random.accept(probability, node),
            draw: (weights, node) =>
              random.draw(maskedAfterwards(weights, targetRows[node + 1] as Distribution), node),
          },
        ),
    };
    return { ...sound, models: { ...sound.models, target }, rule };
  },
  enumerated: { rule: tokenwise, forgetsMask: 'accepting' },
};

const unmaskedDraftReport: Mutant = {
  name: 'unmasked draft probabilities',
  description: 'drafts are drawn under a mask and verified with the draft probabilities before it',
  rule: tokenwise,
  inject: (sound) => ({
    ...sound,
    createDrafter: async (models) => {
      const drafter = await sound.createDrafter(models);
      const free = withoutMask(sound, models.target);
      return {
        name: drafter.name,
        async propose(context, budget) {
          const draft = await drafter.propose(context, budget);
          const tokens = [...draft.tokens];
          const distributions: Distribution[] = [];
          for (const node of tokens.keys()) {
            const {
              distributions: [own],
            } = await drafter.propose(
              { ...context, transform: free, tokens: [...context.tokens, ...tokens.slice(0, node)] },
              { maximumTokens: 1, maximumLeaves: 1 },
            );
            const { tokens: listed, probabilities } = own as Distribution;
            distributions.push({ tokens: listed?.slice(), probabilities: probabilities.slice() });
          }
          return { ...draft, tokens, distributions };
        },
        observe: (outcome) => drafter.observe(outcome),
        close: () => drafter.close(),
      };
    },
  }),
  enumerated: { rule: tokenwise, forgetsMask: 'reporting' },
};

/** The subject's settings but for the mask, compiled. For settings that look at no history otherwise. */
function withoutMask({ sampling }: AuditSubject, { vocabularySize }: LanguageModel) {
  return createLogitsTransform({ ...sampling, allowedTokens: undefined }, vocabularySize);
}

/** Faults of structured output: for subjects with a mask, a drafter that is a model, and no penalties. */
export const maskMutants: readonly Mutant[] = [maskAfterAcceptance, unmaskedDraftReport];
