import { auditEndpoint } from '@foretoken/audit';
import { createModelDrafter, type VerificationRule } from '@foretoken/core';
import { createTableModel, literalDifference, randomTable } from '@foretoken/core/testing';
import { startServer } from '@foretoken/server';
import { expect, it } from 'vitest';

const vocabularySize = 8;

/** Whether a server that drafts three tokens a round draws what it reports, as `foretoken audit --endpoint` finds. */
async function auditServer(rule: VerificationRule | string, draws: number) {
  const model = (seed: number) => {
    const table = randomTable(seed, vocabularySize, 'smooth');
    return createTableModel({ vocabularySize, law: (history) => table(history.slice(-2)) });
  };
  const target = model(5);
  const drafter = createModelDrafter({ model: model(9), target });
  const server = await startServer({
    model: { name: 'table', target, drafter, rule },
    port: 0,
    clock: () => performance.now(),
  });
  try {
    return await auditEndpoint({
      endpoint: { url: server.url, fields: { speculation: { draft_length: 3 } } },
      prompts: ['abc', 'cde'],
      sampling: { temperature: 1 },
      draws,
      margin: 0.35,
      seed: 1,
    });
  } finally {
    await server.close();
  }
}

// The audit's false-alarm probability is its alpha, 1e-6.
it('a server is audited over HTTP: an exact rule draws what it reports', async () => {
  const { verdict, error, drafted } = await auditServer('block', 300);
  expect((drafted as { proposed: number }).proposed).toBeGreaterThan(300);
  expect(error).toBeUndefined();
  expect(verdict.outcome).toBe('equivalent');
});

it('a wrong rule is found out', async () => {
  const { verdict } = await auditServer(literalDifference, 4000);
  expect(verdict.outcome).toBe('not lossless');
});
