import { escapeHtml } from './escape-html.js';

/** A table of escaped texts and of numbers to three digits. */
export function htmlTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number): string =>
    typeof value === 'number'
      ? `<td class="number">${numberText(value)}</td>`
      : `<td>${escapeHtml(value)}</td>`;
  return `<table><tr>${head.map((title) => `<th>${escapeHtml(title)}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</table>`;
}

function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(3);
}
