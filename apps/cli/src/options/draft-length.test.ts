import { createPromptLookupDrafter, type Drafter, type LanguageModel } from '@foretoken/core';
import { createTableModel, randomTable } from '@foretoken/core/testing';
import { describe, expect, it } from 'vitest';
import { draftLengthController, parseDraftLength } from './draft-length.js';

/** Drafting never pays. */
const roundCosts = { lengths: [0, 1, 3], milliseconds: [1, 20, 60] };

/** Rounds without drafting before the first probe. */
function roundsBeforeProbe(drafter: Drafter, draft: LanguageModel | undefined): number {
  const controller = draftLengthController('auto', roundCosts, drafter, draft);
  for (let round = 0; ; round++) {
    const askedLength = controller.next(4);
    if (askedLength > 0) return round;
    controller.observe({
      askedLength,
      draftedCount: 0,
      acceptedCount: 0,
      committedCount: 1,
      draftMilliseconds: undefined,
      passMilliseconds: undefined,
      roundMilliseconds: undefined,
    });
  }
}

describe('where drafting does not pay', () => {
  it('what drafts by passes, of a model or a head, is probed later than what copies text', () => {
    const lookup = createPromptLookupDrafter();
    const copying = roundsBeforeProbe(lookup, undefined);
    const head: Drafter = {
      name: 'head',
      needsHiddenStates: true,
      propose: (context, budget) => lookup.propose(context, budget),
      observe: (outcome) => lookup.observe(outcome),
      close: () => lookup.close(),
    };
    const draft = createTableModel({ law: randomTable(1, 2, 'smooth'), vocabularySize: 2 });
    const model = roundsBeforeProbe(lookup, draft);
    expect(roundsBeforeProbe(head, undefined)).toBe(model);
    expect(model).toBeGreaterThan(4 * copying);
  });
});

describe('rules by name', () => {
  it('need no costs', () => {
    const drafter = createPromptLookupDrafter();
    for (const name of ['learn', 'ewma', 'adaedl', 'specdec++']) {
      const length = parseDraftLength(name);
      expect(length).toBe(name);
      const asked = draftLengthController(length, undefined, drafter, undefined).next(63);
      // What learns begins plainly.
      expect(asked > 0).toBe(name !== 'learn');
    }
  });

  it('what is learnt stays with the drafter', () => {
    const [one, other] = [createPromptLookupDrafter(), createPromptLookupDrafter()];
    const controller = draftLengthController('learn', undefined, one, undefined);
    expect(draftLengthController('learn', undefined, one, undefined)).toBe(controller);
    expect(draftLengthController('learn', undefined, other, undefined)).not.toBe(controller);
  });

  it('an unknown one is refused', () => {
    expect(() => parseDraftLength('disco')).toThrow('"learn"');
  });
});
