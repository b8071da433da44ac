import { escapeHtml } from './escape-html.js';

const style = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1040px; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.verdict { border-left: 6px solid; padding: .6rem 1rem; margin: .6rem 0; background: #f6f6f6; }
.passed { border-color: #2e7d32; } .failed { border-color: #c62828; } .open { border-color: #f9a825; }
table { border-collapse: collapse; font-size: .85rem; } th, td { text-align: left; padding: .15rem .7rem .15rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } p.note { color: #555; max-width: 70ch; } svg { max-width: 100%; height: auto; }
`;

/**
 * One self-contained page: it fetches nothing.
 *
 * @param heading plain text.
 * @param title plain text, what the browser's tab says.
 * @param body HTML, escaped already.
 */
export function htmlPage(heading: string, title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<h1>${escapeHtml(heading)}</h1>
${body}
</html>
`;
}

/** A verdict that stands out: green, red, or yellow where there is not enough evidence. */
export function verdictBlock(outcome: 'passed' | 'failed' | 'open', text: string): string {
  return `<div class="verdict ${outcome}"><strong>${escapeHtml(text)}</strong></div>`;
}
