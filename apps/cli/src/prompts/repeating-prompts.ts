import { codePrompts } from './code-prompts.js';

/**
 * Text that repeats its prompt: a piece of code stands there three times, and its fourth copy has begun. What an
 * editor asks for when it wants a file again with little changed.
 */
export const repeatingPrompts: readonly string[] = codePrompts.map((code) => {
  const [firstLine] = code.split('\n');
  return `${code}\n${code}\n${code}\n${firstLine}\n`;
});
