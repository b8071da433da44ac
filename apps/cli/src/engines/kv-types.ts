import { InvalidArgumentError } from '@foretoken/core';
import type { KvType } from '@foretoken/llamacpp-backend';

/** Formats of the key-value cache that each engine has, the one that it chooses by itself first. */
const kvTypesOf: Readonly<Record<string, readonly KvType[]>> = {
  llamacpp: ['f16', 'f32', 'bf16', 'q8_0', 'q4_0'],
  onnx: ['f32', 'f16'],
};

/**
 * Parses `f16,q8_0`: key-value formats of an engine; undefined is the one that it chooses by itself.
 *
 * @throws InvalidArgumentError, which lists the engine's formats.
 */
export function parseKvTypes(option: string, text: string, backend: string): readonly (KvType | undefined)[] {
  const known = kvTypesOf[backend] ?? [];
  const types = text.split(',').map((part) => {
    const type = known.find((candidate) => candidate === part.trim().toLowerCase());
    if (type !== undefined) return type === known[0] ? undefined : type;
    throw new InvalidArgumentError(
      `${option} takes key-value formats of the backend ${backend} separated by commas, of ${known.join(', ')}; not "${part.trim()}".`,
    );
  });
  return [...new Set(types)];
}

/**
 * What a draft model is asked for beside a target: where neither has a format, the engine chooses, and where the target has
 * one, the draft does not get the same.
 */
export function draftKvType(
  target: string | undefined,
  draft: string | undefined,
  draftBackend: string,
): KvType | undefined {
  return (draft ?? (target === undefined ? undefined : kvTypesOf[draftBackend]?.[0])) as KvType | undefined;
}
