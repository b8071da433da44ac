import { createLearningDraftLength, createModelDrafter, type Drafter } from '@foretoken/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  draftedLetters,
  lettersLaw,
  lettersModel,
  serveTable,
  type TestServer,
} from '../testing/serve-table.js';

const { target, drafter } = draftedLetters();
const asked = { prompt: 'abc', max_tokens: 40, ignore_eos: true, temperature: 0 };

describe('the draft length of a request', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serveTable({ target, drafter });
  });
  afterAll(() => server.close());

  it('0 drafts nothing, a number drafts up to that many, and greedy text is the same', async () => {
    const texts = new Set<unknown>();
    for (const length of [0, 1, 5]) {
      const { choices, usage } = await server.ask({ ...asked, speculation: { draft_length: length } });
      const { drafted_tokens: drafted, accepted_tokens: accepted, target_passes: passes } = usage.speculation;
      texts.add(choices[0]?.text);
      expect(drafted).toBeLessThanOrEqual(length * passes);
      expect(drafted > 0).toBe(length > 0);
      expect(passes + accepted).toBe(40);
    }
    expect(texts.size).toBe(1);
  });

  it('is counted for Prometheus: what usage says, plain and drafting rounds apart', async () => {
    const lines = [
      'drafted_tokens_total',
      'accepted_tokens_total',
      'passes_total{round="plain"}',
      'passes_total{round="drafting"}',
      'committed_tokens_total{round="plain"}',
      'prompt_tokens_total',
      'requests_total{route="/v1/completions",status="200"}',
    ];
    const read = () => Promise.all(lines.map((line) => server.metric(line).then((value) => value || 0)));
    const before = await read();
    const plain = await server.ask({ ...asked, speculation: { draft_length: 0 } });
    const drafting = await server.ask({ ...asked, speculation: { draft_length: 2 } });
    const after = await read();
    const { drafted_tokens: drafted, accepted_tokens: accepted } = drafting.usage.speculation;
    const grown = after.map((value, index) => value - (before[index] as number));
    // The last round has room for one token, and is plain.
    const inDrafting = grown[3] as number;
    expect(grown.slice(0, 2)).toEqual([drafted, accepted]);
    expect((grown[2] as number) + inDrafting).toBe(40 + drafting.usage.speculation.target_passes);
    expect(inDrafting).toBeGreaterThan(0);
    expect(grown[4]).toBe(grown[2]);
    expect(grown.slice(5)).toEqual([6, 2]);
    expect(plain.usage.speculation.drafted_tokens).toBe(0);
    expect(await server.metric('round_seconds_total{round="drafting"}')).toBeGreaterThan(0);
  });
});

describe('what chooses draft lengths', () => {
  /** A clock that moves with the target's rows, and by far more with every draft: drafting never pays. */
  function costlyDrafts() {
    let now = 0;
    const law = lettersLaw(5);
    const timed = lettersModel(5, (history) => {
      now += 1;
      return law(history);
    });
    const inner = createModelDrafter({ model: lettersModel(9), target: timed });
    const costly: Drafter = {
      name: 'costly',
      async propose(context, budget) {
        now += 1000;
        return inner.propose(context, budget);
      },
      observe: (outcome) => inner.observe(outcome),
      close: () => inner.close(),
    };
    return { model: { target: timed, drafter: costly }, clock: () => now };
  }

  it('learns from one request for the next; a new server learns anew', async () => {
    for (let repetition = 0; repetition < 2; repetition++) {
      const { model, clock } = costlyDrafts();
      const server = await serveTable(model, { clock });
      try {
        const drafted: number[] = [];
        for (const prompt of ['abc', 'xyz', 'mno']) {
          const { usage } = await server.ask({ ...asked, prompt });
          drafted.push(usage.speculation.drafted_tokens);
        }
        const [first, ...later] = drafted;
        expect(first).toBeGreaterThan(0);
        expect(later).toEqual([0, 0]);
      } finally {
        await server.close();
      }
    }
  });

  it('is made once for texts and once for structured output, and begun with every request', async () => {
    const begun: number[] = [];
    const server = await serveTable({
      target,
      drafter,
      createDraftLength: () => {
        const index = begun.push(0) - 1;
        const controller = createLearningDraftLength({ lengths: [3] });
        return {
          name: 'counted',
          next: (limit) => controller.next(limit),
          observe: (round) => controller.observe(round),
          begin: (start) => {
            begun[index] = (begun[index] as number) + 1;
            controller.begin?.(start);
          },
        };
      },
    });
    try {
      const format = { type: 'json_schema', json_schema: { schema: { enum: [null, true] } } };
      await server.ask(asked);
      await server.ask({ ...asked, seed: 3, temperature: 1 });
      // These letters write "null" and "true".
      await server.ask({ ...asked, ignore_eos: false, response_format: format });
      await server.ask({ ...asked, speculation: { draft_length: 2 } });
      expect(begun).toEqual([2, 1]);
    } finally {
      await server.close();
    }
  });
});
