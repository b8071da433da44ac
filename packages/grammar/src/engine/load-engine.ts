import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import path from 'node:path';
import { EngineError } from '@foretoken/core';
import type { Engine } from './engine.js';

const library = '@mlc-ai/web-xgrammar';
/** Where the library hands out its interface; the engine's own factory is no part of it. */
const lastExport = 'exports.default = index;';

type CreateEngine = (options: {
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
}) => Promise<Omit<Engine, 'messages'>>;

let createEngine: CreateEngine | undefined;

/**
 * A new instance of XGrammar (Dong et al. 2024, arXiv 2411.15100) in WebAssembly, with a memory of its own.
 *
 * The package calls itself an ES module but holds a CommonJS script, which neither `import` nor `require` loads, and its
 * wrapper gives masks out asynchronously only. So the script is compiled here, and the WebAssembly interface under the
 * wrapper taken from it.
 *
 * @throws EngineError where the library is missing or not the one that this was written for.
 */
export async function loadEngine(): Promise<Engine> {
  createEngine ??= readFactory();
  const messages: string[] = [];
  const collect = (line: string): void => void messages.push(line);
  return Object.assign(await createEngine({ print: collect, printErr: collect }), { messages });
}

interface CompiledModule {
  readonly exports: { readonly createEngine?: CreateEngine };
  _compile(source: string, file: string): void;
}

function readFactory(): CreateEngine {
  let file: string;
  let source: string;
  try {
    file = createRequire(import.meta.url).resolve(library);
    source = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EngineError(`The grammar library ${library} cannot be read: install it beside Foretoken.`, {
      cause,
    });
  }
  const script = new Module(file) as unknown as CompiledModule & { filename: string; paths: string[] };
  script.filename = file;
  script.paths = [path.dirname(file)];
  // What `require` calls for every script; a script in a package of ES modules has no other way in.
  // oxlint-disable-next-line no-underscore-dangle
  script._compile(source.replace(lastExport, `${lastExport} exports.createEngine = Module;`), file);
  if (script.exports.createEngine === undefined) {
    throw new EngineError(`${library} at ${file} is not the version that Foretoken needs (0.1.27).`);
  }
  return script.exports.createEngine;
}
