export type { Grammar } from './grammar.js';
export { createGrammarCompiler } from './grammar-compiler.js';
export type { GrammarCompiler } from './grammar-compiler.js';
