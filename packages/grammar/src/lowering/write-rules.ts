import type { ByteItem, ByteRules } from './byte-rules.js';
import { type Following, followingBytes } from './following-bytes.js';
import type { ByteRange } from './utf8-sequences.js';

/**
 * The rules in the engine's notation, every byte as a class of escapes: its classes are over bytes as long as they are
 * not negated, whatever characters they are written with.
 *
 * Its `root` only names rule 0: the engine takes what goes beyond the root for forbidden, also where the root stands
 * within itself.
 *
 * What may follow a rule is written behind it, which spares the engine the tokens that go on otherwise. It misreads bytes
 * beyond ASCII in this place, and would find them by itself where a rule always has something behind it; such a rule names
 * another one that stands at the end of something.
 */
export function writeRules(rules: ByteRules): string {
  const following = followingBytes(rules);
  const lines = rules.flatMap((alternatives, index) => {
    const written = alternatives.map((items) => (items.length === 0 ? '""' : items.map(writeItem).join(' ')));
    const body = `(${written.join(' | ')})`;
    const { bytes, end } = following[index] as Following;
    if (end || bytes.size === 0) return [`r${index} ::= ${body}`];
    if (Math.max(...bytes) > 0x7f) return [`r${index} ::= (r${index}_inner)`, `r${index}_inner ::= ${body}`];
    return [`r${index} ::= ${body} (=${writeClass(rangesOf(bytes))})`];
  });
  return ['root ::= r0', ...lines].join('\n');
}

function writeItem(item: ByteItem): string {
  return 'rule' in item ? `r${item.rule}` : writeClass(item.ranges);
}

function rangesOf(bytes: ReadonlySet<number>): ByteRange[] {
  const ranges: [number, number][] = [];
  for (const byte of [...bytes].toSorted((left, right) => left - right)) {
    const last = ranges.at(-1);
    if (last?.[1] === byte - 1) last[1] = byte;
    else ranges.push([byte, byte]);
  }
  return ranges;
}

function writeClass(ranges: readonly ByteRange[]): string {
  const [only] = ranges;
  // The engine takes a class of one member for a text, and a text for characters, which beyond ASCII are several bytes.
  if (ranges.length === 1 && only?.[0] === only?.[1]) return `[${hex(only?.[0] as number).repeat(2)}]`;
  return `[${ranges.map(([first, last]) => (first === last ? hex(first) : `${hex(first)}-${hex(last)}`)).join('')}]`;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
