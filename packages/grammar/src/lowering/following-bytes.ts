import type { ByteItem, ByteRules } from './byte-rules.js';

/** What may come right after a rule: bytes, and the end of the text. */
export interface Following {
  readonly bytes: ReadonlySet<number>;
  readonly end: boolean;
}

/** FIRST and FOLLOW sets of the textbooks (Aho et al., Compilers, section 4.4), over bytes, [rules]. */
export function followingBytes(rules: ByteRules): Following[] {
  const { first, nullable } = firstBytes(rules);
  const following = rules.map(() => ({ bytes: new Set<number>(), end: false }));
  (following[0] as { end: boolean }).end = true;
  let changed = true;
  const addAll = (target: Set<number>, source: ReadonlySet<number>): void => {
    const before = target.size;
    for (const byte of source) target.add(byte);
    changed ||= target.size > before;
  };
  while (changed) {
    changed = false;
    for (const [index, alternatives] of rules.entries()) {
      const own = following[index] as (typeof following)[number];
      for (const items of alternatives) {
        // From the right: what may come after the item at hand.
        let after = own.bytes;
        let end = own.end;
        for (const item of items.toReversed()) {
          if (!('rule' in item)) {
            after = byteSet(item);
            end = false;
            continue;
          }
          const named = following[item.rule] as (typeof following)[number];
          addAll(named.bytes, after);
          changed ||= end && !named.end;
          named.end ||= end;
          const starts = first[item.rule] as Set<number>;
          if (nullable[item.rule] === true) after = new Set([...after, ...starts]);
          else {
            after = starts;
            end = false;
          }
        }
      }
    }
  }
  return following;
}

/** The bytes that a rule's texts begin with, and whether it has the empty text. */
function firstBytes(rules: ByteRules): { first: Set<number>[]; nullable: boolean[] } {
  const first = rules.map(() => new Set<number>());
  const nullable = rules.map(() => false);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [index, alternatives] of rules.entries()) {
      const own = first[index] as Set<number>;
      const before = own.size;
      for (const items of alternatives) {
        const stop = items.findIndex((item) => !('rule' in item) || nullable[item.rule] !== true);
        for (const item of stop < 0 ? items : items.slice(0, stop + 1))
          for (const byte of 'rule' in item ? (first[item.rule] as Set<number>) : byteSet(item))
            own.add(byte);
        if (stop < 0 && nullable[index] !== true) {
          nullable[index] = true;
          changed = true;
        }
      }
      changed ||= own.size > before;
    }
  }
  return { first, nullable };
}

function byteSet({ ranges }: Extract<ByteItem, { ranges: unknown }>): Set<number> {
  const bytes = new Set<number>();
  for (const [from, to] of ranges) for (let byte = from; byte <= to; byte++) bytes.add(byte);
  return bytes;
}
