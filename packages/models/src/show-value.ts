const mostCharacters = 80;

/** A JSON value in a message: short, whatever a damaged file holds. */
export function showValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = value === undefined ? 'undefined' : JSON.stringify(value);
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}...` : text;
}
