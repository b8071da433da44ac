import type { JsonType } from './json-type.js';

/** Keywords that say nothing about which values are valid: annotations of JSON Schema 2020-12 and of OpenAPI. */
export const annotations: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  '$anchor',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'format',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'discriminator',
]);

/** Keywords that are read here, and the type of value that they are about. */
export const typeKeywords: ReadonlyMap<string, JsonType> = new Map([
  ['properties', 'object'],
  ['required', 'object'],
  ['additionalProperties', 'object'],
  ['items', 'array'],
  ['prefixItems', 'array'],
  ['minItems', 'array'],
  ['maxItems', 'array'],
  ['minLength', 'string'],
  ['maxLength', 'string'],
  ['minimum', 'number'],
  ['maximum', 'number'],
  ['exclusiveMinimum', 'number'],
  ['exclusiveMaximum', 'number'],
]);

/** Keywords that narrow the valid values in a way that no grammar here says, and what to do about each. */
export const refusedKeywords: ReadonlyMap<string, string> = new Map([
  ['pattern', 'write the language as a GBNF grammar instead'],
  ['multipleOf', 'name the values in "enum"'],
  ['not', 'say what is allowed'],
  ['if', 'use "anyOf"'],
  ['then', 'use "anyOf"'],
  ['else', 'use "anyOf"'],
  ['dependentRequired', 'use "anyOf"'],
  ['dependentSchemas', 'use "anyOf"'],
  ['dependencies', 'use "anyOf"'],
  ['patternProperties', 'name the properties'],
  ['propertyNames', 'name the properties'],
  ['minProperties', 'use "required"'],
  ['maxProperties', 'name the properties'],
  ['uniqueItems', 'leave it out, and check the output'],
  ['contains', 'use "prefixItems"'],
  ['minContains', 'use "prefixItems"'],
  ['maxContains', 'use "prefixItems"'],
  ['unevaluatedItems', 'use "items"'],
  ['unevaluatedProperties', 'leave it out: properties that are not named are never written'],
  ['additionalItems', 'use "prefixItems" and "items"'],
  ['$dynamicRef', 'use "$ref"'],
  ['$recursiveRef', 'use "$ref"'],
]);
