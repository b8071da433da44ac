import { InvalidSchemaError } from '@foretoken/core';

export type SchemaObject = Readonly<Record<string, unknown>>;

/** Part of a schema, and where it stands as a JSON pointer. */
export interface SchemaPart {
  readonly schema: unknown;
  readonly pointer: string;
}

export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The part that a `$ref` within a document means. */
export function resolveReference(document: unknown, reference: unknown, pointer: string): SchemaPart {
  const at = `${pointer}/$ref`;
  if (typeof reference !== 'string') refuse(at, 'a reference is a text');
  if (!reference.startsWith('#')) {
    refuse(at, `"${reference}" lies outside of this document: copy what it means into "$defs"`);
  }
  let schema = document;
  for (const step of decodeFragment(reference.slice(1), at).split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const holder = schema as SchemaObject;
    if (typeof schema !== 'object' || schema === null || !Object.hasOwn(holder, key)) {
      refuse(at, `"${reference}" leads to nothing`);
    }
    schema = holder[key];
  }
  return { schema, pointer: reference.slice(1) };
}

function decodeFragment(fragment: string, at: string): string {
  if (fragment !== '' && !fragment.startsWith('/'))
    refuse(at, `"#${fragment}" is no JSON pointer, as in "#/$defs/name"`);
  try {
    return decodeURIComponent(fragment);
  } catch {
    return refuse(at, `"#${fragment}" has a % that does not encode a character`);
  }
}

export function refuse(pointer: string, reason: string): never {
  throw new InvalidSchemaError(`The JSON schema at #${pointer}: ${reason}.`, { pointer });
}

/** The pointer to an entry. */
export function stepInto(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
