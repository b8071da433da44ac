import { EngineError } from '@foretoken/core';
import koffi, { type TypeObject } from 'koffi';
import { describe, expect, it } from 'vitest';
import { checkStructures } from './check-structures.js';
import { findLibrary } from './library-path.js';
import type { NativeFunctions } from './native-functions.js';
import { contextParametersType, modelParametersType, quantizeParametersType } from './native-types.js';

const paths = findLibrary();
koffi.load(paths.ggmlBase);
koffi.load(paths.ggml);
const library = koffi.load(paths.llama);

type Fields = Record<string, TypeObject>;

/** The library's defaults, read through these layouts. */
function through(
  model: TypeObject,
  context: TypeObject,
  quantize: TypeObject,
): Parameters<typeof checkStructures>[0] {
  return {
    modelDefaultParameters: library.func('llama_model_default_params', model, []),
    contextDefaultParameters: library.func('llama_context_default_params', context, []),
    quantizeDefaultParameters: library.func('llama_model_quantize_default_params', quantize, []),
  } as unknown as NativeFunctions;
}

function fieldsOf(type: TypeObject): Fields {
  const { members } = type as unknown as { members: Record<string, { type: TypeObject }> };
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, member.type]));
}

function without(type: TypeObject, field: string): TypeObject {
  const { [field]: _, ...rest } = fieldsOf(type);
  return koffi.struct(rest);
}

it('accepts the library as it is declared', () => {
  checkStructures(through(modelParametersType, contextParametersType, quantizeParametersType));
});

describe('a layout that lacks a field is noticed', () => {
  // Behind the last field with a value there are only null pointers: nothing would move.
  const trailing = new Set(['samplers', 'n_samplers', 'ctx_other', 'load_mtp', 'max_buf_size']);
  const cases = (type: TypeObject): string[] =>
    Object.keys(fieldsOf(type)).filter((name) => !trailing.has(name));

  it.each(cases(modelParametersType))('llama_model_params without %s', (field) => {
    const defaults = through(
      without(modelParametersType, field),
      contextParametersType,
      quantizeParametersType,
    );
    expect(() => checkStructures(defaults)).toThrow(EngineError);
  });

  it.each(cases(contextParametersType))('llama_context_params without %s', (field) => {
    const defaults = through(
      modelParametersType,
      without(contextParametersType, field),
      quantizeParametersType,
    );
    expect(() => checkStructures(defaults)).toThrow(EngineError);
  });

  it.each(cases(quantizeParametersType))('llama_model_quantize_params without %s', (field) => {
    const defaults = through(
      modelParametersType,
      contextParametersType,
      without(quantizeParametersType, field),
    );
    expect(() => checkStructures(defaults)).toThrow(EngineError);
  });
});
