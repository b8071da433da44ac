import { compareTargets } from '@foretoken/audit';
import { createTableModel, randomTable } from '@foretoken/core/testing';
import { describe, expect, it } from 'vitest';
import { describeMachine } from '@foretoken/planner';
import { comparisonPage } from './comparison-page.js';

const vocabularySize = 4;
const table = randomTable(5, vocabularySize, 'smooth');
const other = randomTable(6, vocabularySize, 'smooth');

async function pageOf(candidates: readonly string[], maximumTokens: number, margin: number): Promise<string> {
  const comparison = await compareTargets({
    reference: createTableModel({ law: (history) => table(history.slice(-2)), vocabularySize }),
    candidate: createTableModel({ law: (history) => other(history.slice(-2)), vocabularySize }),
    prompts: [[0], [1], [2]],
    maximumTokens,
    margin,
    seed: 1,
    clock: () => performance.now(),
  });
  return comparisonPage({
    reference: 'one & two.gguf',
    compared: candidates.map((candidate) => ({ candidate, comparison })),
    differences: ['prompt 1: token 1 is "<b>" instead of "</li>"'],
    prompts: 3,
    margin,
    confidence: 0.95,
    seed: 1,
    machine: { ...describeMachine(), processor: '<i>fast</i>' },
  });
}

describe('the page of a comparison', () => {
  it('shows names and tokens as text, in the plot too', async () => {
    const page = await pageOf(['<img src=x onerror=alert(1)>.gguf', '"quoted".gguf'], 4, 0.1);
    expect(page).not.toMatch(/<img|<i>|<b>|"<\/li>/);
    const [, plot] = /(<svg[^]*<\/svg>)/.exec(page) as RegExpExecArray;
    expect(plot).toContain('&lt;img src=x onerror=alert(1)&gt;.gguf');
    expect(page).toContain('one &amp; two.gguf');
    expect(page).toContain('&lt;i&gt;fast&lt;/i&gt;');
    expect(page).toContain('&quot;quoted&quot;.gguf: different');
  });

  // A position alone, no margin to draw, and a name twice are no reason for a broken plot.
  it.each([
    [1, 0.1, 1],
    [4, 1, 1],
    [4, 0, 0],
    [1, 1e-9, 0],
  ])('draws %i positions with a margin of %f: %i lines for it', async (maximumTokens, margin, lines) => {
    const page = await pageOf(['same name', 'same name'], maximumTokens, margin);
    const [, plot] = /(<svg[^]*<\/svg>)/.exec(page) as RegExpExecArray;
    expect(plot).not.toMatch(/NaN|Infinity|undefined/);
    expect(plot).toContain('same name');
    expect(plot?.match(/aria-roledescription="area mark"/g)).toHaveLength(3 * 2);
    expect(plot?.match(/aria-roledescription="rule mark"/g) ?? []).toHaveLength(lines);
  });
});
