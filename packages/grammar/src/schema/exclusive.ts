import { jsonTypeOf, type JsonType, jsonTypes } from './json-type.js';
import { isSchemaObject, resolveReference, type SchemaObject } from './schema-document.js';

/** What can be told of a schema's values without writing them. */
interface Outline {
  readonly types: ReadonlySet<JsonType>;
  /** JSON of all its values, where it names them. */
  readonly values: ReadonlySet<string> | undefined;
  /** Of an object: JSON of the values that required properties may have, where they are named. */
  readonly tags: ReadonlyMap<string, ReadonlySet<string>>;
}

/** True where no value can satisfy two of the schemas: they have no type in common, or a property tells them apart. */
export function areExclusive(document: unknown, schemas: readonly unknown[]): boolean {
  const outlines = schemas.map((schema) => outline(document, schema, 0));
  return outlines.every((left, at) => outlines.slice(at + 1).every((right) => differ(left, right)));
}

function differ(left: Outline, right: Outline): boolean {
  const common = [...left.types].filter((type) => right.types.has(type));
  if (common.length === 0) return true;
  if (left.values !== undefined && right.values !== undefined) return areDisjoint(left.values, right.values);
  if (common.length > 1 || common[0] !== 'object') return false;
  return [...left.tags].some(([name, values]) => areDisjoint(values, right.tags.get(name) ?? values));
}

function areDisjoint(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return [...left].every((value) => !right.has(value));
}

const deepest = 32;

function outline(document: unknown, schema: unknown, depth: number): Outline {
  const unknown: Outline = { types: new Set(jsonTypes), values: undefined, tags: new Map() };
  if (!isSchemaObject(schema) || depth > deepest) return unknown;
  if ('$ref' in schema)
    return outline(document, resolveReference(document, schema['$ref'], '').schema, depth + 1);
  const values = namedValues(schema);
  if (values !== undefined) {
    return {
      ...unknown,
      types: new Set(values.map(jsonTypeOf)),
      values: new Set(values.map(inOneOrder)),
    };
  }
  if (schema['type'] === undefined) return unknown;
  const types = [schema['type']].flat().map((type) => (type === 'integer' ? 'number' : (type as JsonType)));
  return { types: new Set(types), values: undefined, tags: tagsOf(document, schema, depth) };
}

/** JSON with the properties of objects in one order: in which they are written makes no other value. */
function inOneOrder(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isSchemaObject(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

function tagsOf(document: unknown, { properties, required }: SchemaObject, depth: number): Outline['tags'] {
  const tags = new Map<string, ReadonlySet<string>>();
  if (!isSchemaObject(properties) || !Array.isArray(required)) return tags;
  for (const name of required as readonly unknown[]) {
    if (typeof name !== 'string' || !Object.hasOwn(properties, name)) continue;
    const values = valuesOf(document, properties[name], depth + 1);
    if (values !== undefined) tags.set(name, values);
  }
  return tags;
}

/** JSON of a schema's values, where it names them. Its own properties are not asked: that would go through all of a tree. */
function valuesOf(document: unknown, schema: unknown, depth: number): ReadonlySet<string> | undefined {
  if (!isSchemaObject(schema) || depth > deepest) return undefined;
  if ('$ref' in schema)
    return valuesOf(document, resolveReference(document, schema['$ref'], '').schema, depth + 1);
  const values = namedValues(schema);
  return values && new Set(values.map(inOneOrder));
}

/** The values that `const` or `enum` names. */
export function namedValues(schema: SchemaObject): readonly unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
}
