import { InvalidSchemaError } from '@foretoken/core';
import {
  choice,
  choiceOf,
  empty,
  type Expression,
  type GrammarRules,
  optional,
  repeat,
  rule,
  sequence,
  text,
} from '../syntax/expression.js';
import { largestRepetition } from '../syntax/read-grammar.js';
import { areExclusive, namedValues } from './exclusive.js';
import {
  anyJsonArray,
  anyJsonValue,
  jsonBoolean,
  jsonInteger,
  jsonMap,
  jsonNull,
  jsonNumber,
  jsonRules,
  jsonString,
  mostDigits,
} from './json-expressions.js';
import { jsonTypeOf, type JsonType } from './json-type.js';
import { annotations, refusedKeywords, typeKeywords } from './keywords.js';
import { integersBetween, largestWhole, type NumberBounds, numbersBetween } from './number-range.js';
import {
  isSchemaObject,
  refuse,
  resolveReference,
  type SchemaObject,
  type SchemaPart,
  stepInto,
} from './schema-document.js';

const root = '#';
const deepestNesting = 200;
const nothing: Expression = choice();

/**
 * Reads a JSON schema (draft 2020-12) as a grammar. Every text of the grammar is a JSON text that satisfies the schema;
 * of the many ways to write a value there is one: no spaces, properties in the schema's order, no property that is not
 * named where some are.
 *
 * @throws InvalidSchemaError for what is no schema, and for keywords that narrow values beyond a grammar.
 */
export function readSchema(schema: unknown): GrammarRules {
  return new SchemaReader(parse(schema)).run();
}

function parse(schema: unknown): unknown {
  try {
    return JSON.parse(typeof schema === 'string' ? schema : JSON.stringify(schema));
  } catch (cause) {
    throw new InvalidSchemaError(`The JSON schema is no JSON: ${(cause as Error).message}.`, {
      cause,
      pointer: '',
    });
  }
}

class SchemaReader {
  readonly #document: unknown;
  readonly #rules = new Map(jsonRules);
  /** Parts that a `$ref` means and that have a rule, or will have one, by their pointers. */
  readonly #referenced = new Map<string, SchemaPart>();
  #depth = 0;
  #names = 0;

  constructor(document: unknown) {
    this.#document = document;
  }

  run(): GrammarRules {
    this.#referenced.set('', { schema: this.#document, pointer: '' });
    // Parts are added while the map is gone through.
    for (const [pointer, part] of this.#referenced) this.#rules.set(`#${pointer}`, this.#read(part));
    return { rules: this.#rules, root };
  }

  #read({ schema, pointer }: SchemaPart): Expression {
    if (schema === true) return anyJsonValue;
    if (schema === false) return nothing;
    if (!isSchemaObject(schema))
      refuse(pointer, `a schema is an object, true or false, not ${shown(schema)}`);
    this.#depth += 1;
    if (this.#depth > deepestNesting) refuse(pointer, `schemas are nested more than ${deepestNesting} deep`);
    const expression = this.#readObject(schema, pointer);
    this.#depth -= 1;
    return expression;
  }

  #readObject(schema: SchemaObject, pointer: string): Expression {
    for (const [keyword, advice] of refusedKeywords)
      if (keyword in schema && !saysNothing(keyword, schema))
        refuse(stepInto(pointer, keyword), `"${keyword}" is not supported; ${advice}`);
    if (pointer !== '' && '$id' in schema)
      refuse(`${pointer}/$id`, 'a document within the document is not supported');

    if ('$ref' in schema)
      return this.#alone(schema, pointer, '$ref', (value) => this.#reference(value, pointer));
    for (const keyword of ['anyOf', 'oneOf', 'allOf'])
      if (keyword in schema)
        return this.#alone(schema, pointer, keyword, (value) => this.#combined(keyword, value, pointer));
    if ('const' in schema || 'enum' in schema) return this.#named(schema, pointer);
    return this.#typed(schema, pointer);
  }

  /** Reads a keyword beside which nothing else may narrow the values. */
  #alone(
    schema: SchemaObject,
    pointer: string,
    keyword: string,
    read: (value: unknown) => Expression,
  ): Expression {
    const other = Object.keys(schema).find((key) => key !== keyword && narrows(key));
    if (other !== undefined)
      refuse(stepInto(pointer, other), `"${other}" beside "${keyword}" is not supported; write it within`);
    return read(schema[keyword]);
  }

  #reference(reference: unknown, pointer: string): Expression {
    const part = resolveReference(this.#document, reference, pointer);
    if (!this.#referenced.has(part.pointer)) this.#referenced.set(part.pointer, part);
    return rule(`#${part.pointer}`);
  }

  #combined(keyword: string, value: unknown, pointer: string): Expression {
    const at = stepInto(pointer, keyword);
    if (!Array.isArray(value) || value.length === 0)
      refuse(at, `"${keyword}" is a list of schemas, at least one`);
    const schemas = value as readonly unknown[];
    if (keyword === 'allOf' && schemas.length > 1)
      refuse(at, '"allOf" of several schemas is not supported; write them as one');
    if (keyword === 'oneOf' && !areExclusive(this.#document, schemas)) {
      refuse(
        at,
        'values might satisfy two schemas of this "oneOf"; use "anyOf", or tell them apart by types or by a required property with "const"',
      );
    }
    return choiceOf(schemas.map((schema, index) => this.#read({ schema, pointer: stepInto(at, index) })));
  }

  #named(schema: SchemaObject, pointer: string): Expression {
    const other = Object.keys(schema).find((key) => narrows(key) && !['const', 'enum', 'type'].includes(key));
    if (other !== undefined)
      refuse(stepInto(pointer, other), `"${other}" beside "const" or "enum" is not supported; leave it out`);
    if ('const' in schema && 'enum' in schema)
      refuse(stepInto(pointer, 'const'), '"const" beside "enum" is not supported; leave one out');
    const values = namedValues(schema);
    if (values === undefined) refuse(stepInto(pointer, 'enum'), '"enum" is a list of values');
    const types = 'type' in schema ? typesOf(schema['type'], pointer) : undefined;
    const kept = values.filter((value) => types === undefined || types.some((type) => isOfType(value, type)));
    return choiceOf(kept.map((value) => text(JSON.stringify(value))));
  }

  #typed(schema: SchemaObject, pointer: string): Expression {
    if ('type' in schema) {
      const types = typesOf(schema['type'], pointer);
      return choiceOf(types.map((type) => this.#ofType(type, schema, pointer)));
    }
    const types = new Set(Object.keys(schema).flatMap((keyword) => typeKeywords.get(keyword) ?? []));
    if (types.size === 0) return anyJsonValue;
    return choiceOf([...types].map((type) => this.#ofType(type, schema, pointer)));
  }

  #ofType(type: JsonType | 'integer', schema: SchemaObject, pointer: string): Expression {
    switch (type) {
      case 'object':
        return this.#object(schema, pointer);
      case 'array':
        return this.#array(schema, pointer);
      case 'string': {
        const [minimum, maximum] = lengths(schema, pointer, 'minLength', 'maxLength');
        return jsonString(minimum, maximum);
      }
      case 'integer':
        return this.#integer(schema, pointer);
      case 'number':
        return this.#number(schema, pointer);
      case 'boolean':
        return jsonBoolean;
      case 'null':
        return jsonNull;
    }
  }

  #object(schema: SchemaObject, pointer: string): Expression {
    const { properties = {}, required = [], unevaluatedProperties = true } = schema;
    // What no keyword beside it has looked at, which without additionalProperties are all that have no name.
    const { additionalProperties = unevaluatedProperties } = schema;
    if (!isSchemaObject(properties))
      refuse(stepInto(pointer, 'properties'), '"properties" is an object of schemas');
    if (!Array.isArray(required) || required.some((name) => typeof name !== 'string')) {
      refuse(stepInto(pointer, 'required'), '"required" is a list of names');
    }
    const others = { schema: additionalProperties, pointer: stepInto(pointer, 'additionalProperties') };
    const names = new Set([...Object.keys(properties), ...(required as readonly string[])]);
    const other = this.#read(others);
    if (names.size === 0) return additionalProperties === false ? text('{}') : jsonMap(other);
    const members = [...names].map((name) => {
      const known = Object.hasOwn(properties, name);
      const at = stepInto(stepInto(pointer, 'properties'), name);
      const value = known ? this.#read({ schema: properties[name], pointer: at }) : other;
      return {
        member: sequence(text(`${JSON.stringify(name)}:`), value),
        isRequired: (required as readonly string[]).includes(name),
      };
    });
    // From the last property: what may be written from there on, after other properties and as the first.
    let later = empty;
    let first = empty;
    for (const { member, isRequired } of members.toReversed()) {
      const beginning = sequence(member, later);
      first = isRequired ? beginning : choice(beginning, first);
      const further = sequence(text(','), member);
      later = this.#share(sequence(isRequired ? further : optional(further), later));
    }
    return sequence(text('{'), first, text('}'));
  }

  /** A rule for an expression that stands in several places. */
  #share(expression: Expression): Expression {
    this.#names += 1;
    const name = `part ${this.#names}`;
    this.#rules.set(name, expression);
    return rule(name);
  }

  #array(schema: SchemaObject, pointer: string): Expression {
    const { prefixItems = [], items = true } = schema;
    const [minimum, maximum] = lengths(schema, pointer, 'minItems', 'maxItems');
    if (!Array.isArray(prefixItems))
      refuse(stepInto(pointer, 'prefixItems'), '"prefixItems" is a list of schemas');
    const first = (prefixItems as readonly unknown[]).map((item, index) =>
      this.#read({ schema: item, pointer: stepInto(stepInto(pointer, 'prefixItems'), index) }),
    );
    if (first.length === 0 && items === true && minimum === 0 && maximum === undefined) return anyJsonArray;
    const item = this.#read({ schema: items, pointer: stepInto(pointer, 'items') });
    const most = Math.min(
      maximum ?? Number.POSITIVE_INFINITY,
      items === false ? first.length : Number.POSITIVE_INFINITY,
    );
    if (most < minimum) return nothing;
    // From the last item that has a schema of its own: what may come after so many items.
    const behind = Math.max(1, first.length);
    const separated = (part: Expression): Expression => sequence(text(','), part);
    let rest =
      most <= behind
        ? empty
        : repeat(
            separated(item),
            Math.max(0, minimum - behind),
            Number.isFinite(most) ? most - behind : undefined,
          );
    for (let at = behind - 1; at >= 1; at--) {
      const further = sequence(separated(first[at] as Expression), rest);
      rest = at >= most ? empty : at < minimum ? further : optional(further);
    }
    const all = most === 0 ? empty : sequence(first[0] ?? item, rest);
    return sequence(text('['), minimum === 0 && most > 0 ? optional(all) : all, text(']'));
  }

  #integer(schema: SchemaObject, pointer: string): Expression {
    const bounds = numberBounds(schema, pointer);
    if (bounds === undefined) return jsonInteger;
    // The next whole number beyond a bound that is not itself allowed.
    const low = bounds.aboveMinimum ? Math.floor(bounds.minimum) + 1 : bounds.minimum;
    const high = bounds.belowMaximum ? Math.ceil(bounds.maximum) - 1 : bounds.maximum;
    return integersBetween(low, high);
  }

  #number(schema: SchemaObject, pointer: string): Expression {
    const bounds = numberBounds(schema, pointer);
    if (bounds === undefined) return jsonNumber;
    const whole = (bound: number): boolean => Number.isInteger(bound) || !Number.isFinite(bound);
    if (!whole(bounds.minimum) || !whole(bounds.maximum))
      refuse(pointer, 'bounds of numbers are whole; use "integer", or check the output');
    return numbersBetween(bounds);
  }
}

/** True for a keyword that says which values are valid. */
function narrows(keyword: string): boolean {
  return (
    ['$ref', 'anyOf', 'oneOf', 'allOf', 'const', 'enum', 'type'].includes(keyword) ||
    (typeKeywords.has(keyword) && !annotations.has(keyword))
  );
}

const knownTypes = new Set<unknown>(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

function typesOf(given: unknown, pointer: string): readonly (JsonType | 'integer')[] {
  const types = [given].flat() as readonly unknown[];
  const wrong = types.find((type) => !knownTypes.has(type));
  if (wrong !== undefined || types.length === 0)
    refuse(
      stepInto(pointer, 'type'),
      `there is no type ${shown(wrong)}; types are ${[...knownTypes].join(', ')}`,
    );
  // An integer is a number, too: one of both would be written in two ways.
  return (types as readonly (JsonType | 'integer')[]).filter(
    (type) => type !== 'integer' || !types.includes('number'),
  );
}

function isOfType(value: unknown, type: JsonType | 'integer'): boolean {
  return type === 'integer' ? Number.isInteger(value) : jsonTypeOf(value) === type;
}

function lengths(
  schema: SchemaObject,
  pointer: string,
  least: string,
  most: string,
): readonly [minimum: number, maximum: number | undefined] {
  const [minimum = 0, maximum] = [least, most].map((keyword) => {
    const value = schema[keyword];
    if (value === undefined) return undefined;
    const at = stepInto(pointer, keyword);
    if (!Number.isInteger(value) || (value as number) < 0)
      refuse(at, `"${keyword}" is a whole number, at least 0`);
    if ((value as number) > largestRepetition) refuse(at, `"${keyword}" may be ${largestRepetition} at most`);
    return value as number;
  });
  if (maximum !== undefined && maximum < minimum)
    refuse(pointer, `"${least}" ${minimum} is more than "${most}" ${maximum}`);
  return [minimum, maximum];
}

/** The narrower of the bounds that are given on each side; undefined where there are none. */
function numberBounds(schema: SchemaObject, pointer: string): NumberBounds | undefined {
  const [minimum, above, maximum, below] = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'].map(
    (keyword) => {
      const value = schema[keyword];
      if (value !== undefined && typeof value !== 'number')
        refuse(stepInto(pointer, keyword), `"${keyword}" is a number`);
      return value;
    },
  );
  if ([minimum, above, maximum, below].every((bound) => bound === undefined)) return undefined;
  const low = Math.max(minimum ?? Number.NEGATIVE_INFINITY, above ?? Number.NEGATIVE_INFINITY);
  const high = Math.min(maximum ?? Number.POSITIVE_INFINITY, below ?? Number.POSITIVE_INFINITY);
  const firstAbove = above === low ? low + 1 : low;
  const firstBelow = below === high ? high - 1 : high;
  const isBeyond = (bound: number): boolean => Number.isFinite(bound) && Math.abs(bound) > largestWhole;
  if ((firstAbove > 0 && isBeyond(firstAbove)) || (firstBelow < 0 && isBeyond(firstBelow)))
    refuse(
      pointer,
      `numbers have ${mostDigits} digits before the point at most, and these bounds ask for more`,
    );
  return { minimum: low, maximum: high, aboveMinimum: above === low, belowMaximum: below === high };
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? String(value);
}

/** True where a keyword's value narrows nothing, or is read with an object's other keywords. */
function saysNothing(keyword: string, schema: SchemaObject): boolean {
  if (schema[keyword] !== false) return false;
  const isObject = 'properties' in schema || [schema['type']].flat().includes('object');
  return ['uniqueItems', 'not'].includes(keyword) || (keyword === 'unevaluatedProperties' && isObject);
}
