import { Option } from '@commander-js/extra-typings';
import { type AllowedTokens, encodePrompt, InvalidArgumentError, type Tokenizer } from '@foretoken/core';
import { createGrammarCompiler, type Grammar } from '@foretoken/grammar';
import { readText } from './prompt-input.js';

/** The options that say which texts may be written at all. */
export const structureOptions = {
  jsonSchema: new Option(
    '--json-schema <schema>',
    'write JSON that satisfies a schema: the schema itself, or a file',
  ).conflicts(['grammar', 'ignoreEnd']),
  grammar: new Option(
    '--grammar <file>',
    'write a text of a GBNF grammar: a file, or the grammar itself',
  ).conflicts(['jsonSchema', 'ignoreEnd']),
} as const;

export interface StructureSelection {
  readonly jsonSchema?: string | undefined;
  readonly grammar?: string | undefined;
}

/**
 * The grammar that was asked for, compiled for a vocabulary; undefined where none was.
 *
 * @throws InvalidArgumentError for a file that cannot be read; InvalidGrammarError and InvalidSchemaError for what is in it.
 */
export async function openGrammar(
  { jsonSchema, grammar }: StructureSelection,
  tokenizer: Tokenizer,
): Promise<Grammar | undefined> {
  const given = jsonSchema ?? grammar;
  if (given === undefined) return undefined;
  if (given.trim() === '') {
    throw new InvalidArgumentError('--json-schema and --grammar take a file, or what would be in one.');
  }
  const isJson = /^\s*(?:[{[]|(?:true|false)\s*$)/.test(given);
  const source = (jsonSchema === undefined ? given.includes('::=') : isJson) ? given : await readText(given);
  const compiler = createGrammarCompiler(tokenizer);
  return jsonSchema === undefined ? compiler.compileGrammar(source) : compiler.compileJsonSchema(source);
}

/** The mask that was asked for, for the output after a prompt; undefined where none was. @throws as `openGrammar`. */
export async function openStructure(
  selection: StructureSelection,
  tokenizer: Tokenizer,
  prompt: string | readonly number[],
): Promise<AllowedTokens | undefined> {
  const grammar = await openGrammar(selection, tokenizer);
  return grammar?.allowedTokens(
    typeof prompt === 'string' ? encodePrompt(tokenizer, prompt).length : prompt.length,
  );
}
