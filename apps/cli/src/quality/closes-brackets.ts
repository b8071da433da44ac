const partners: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/**
 * Whether a text closes all that it opens, and nothing else, at some point after `from`: brackets in order, outside of
 * strings, templates and comments. What comes after that point is not looked at.
 *
 * @param from index of the first character that counts as an end.
 */
export function closesBrackets(text: string, from: number): boolean {
  const open: string[] = [];
  for (let index = 0; index < text.length; index++) {
    const skipped = skipLiteral(text, index);
    if (skipped === undefined) return false;
    if (skipped > index) {
      index = skipped - 1;
      continue;
    }
    const character = text[index] as string;
    if ('([{'.includes(character)) open.push(character);
    const partner = partners[character];
    if (partner === undefined) continue;
    if (open.pop() !== partner) return false;
    if (open.length === 0 && index >= from) return true;
  }
  return false;
}

/** Where a string, template or comment that begins at `index` ends; `index` where none does, undefined where it has no end. */
function skipLiteral(text: string, index: number): number | undefined {
  const rest = text.slice(index, index + 2);
  if (rest === '//') return endOf(text.indexOf('\n', index), 1);
  if (rest === '/*') return endOf(text.indexOf('*/', index + 2), 2);
  const quote = text[index] as string;
  if (!'\'"`'.includes(quote)) return index;
  for (let at = index + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at + 1;
    else if (text[at] === '\n' && quote !== '`') return undefined;
  }
  return undefined;
}

function endOf(found: number, width: number): number | undefined {
  return found < 0 ? undefined : found + width;
}
