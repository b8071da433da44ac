import { bytesText } from '@foretoken/hub';
import Table from 'cli-table3';
import type { Suggestion } from '../suggestion/suggest.js';

/** What could draft, a line each. */
export function suggestionsTable(suggestions: readonly Suggestion[]): string {
  const table = new Table({
    head: ['--draft', 'weights', 'pays', 'pays from an acceptance of', ''],
    style: { head: [], border: [] },
    colWidths: [null, null, null, 15, 60],
    wordWrap: true,
  });
  for (const { draft, foreignDraft, bytes, verdict, paysFrom, profiled, note } of suggestions) {
    table.push([
      foreignDraft === undefined ? draft : `${draft}\n--foreign-draft ${foreignDraft}`,
      bytes === 0 ? '' : bytesText(bytes),
      verdict === 'pays' ? 'yes' : verdict,
      paysFrom === undefined ? 'none' : paysFrom.toFixed(2),
      profiled === undefined ? note : `${profiled.text}; ${note}`,
    ]);
  }
  return table.toString();
}
