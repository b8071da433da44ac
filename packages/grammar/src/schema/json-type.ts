/** Types of JSON values; an integer is a number. */
export type JsonType = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

export const jsonTypes: readonly JsonType[] = ['object', 'array', 'string', 'number', 'boolean', 'null'];

export function jsonTypeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'object' | 'string' | 'number' | 'boolean';
}
