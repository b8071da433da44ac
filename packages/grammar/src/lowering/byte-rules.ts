import type { ByteRange } from './utf8-sequences.js';

/** One byte of a set, or a rule by its index. */
export type ByteItem = { readonly ranges: readonly ByteRange[] } | { readonly rule: number };

/** Rules over bytes, [rules][alternatives][items]; a text begins at rule 0. */
export type ByteRules = readonly (readonly (readonly ByteItem[])[])[];
