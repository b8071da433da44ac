import { InvalidArgumentError } from '@foretoken/core';
import { quantizationFormats } from '@foretoken/llamacpp-backend';
import type { OnnxOptions } from '@foretoken/onnx-backend';

const onnxFormats = ['float32', 'float16', 'int8', 'int4'] as const satisfies readonly NonNullable<
  OnnxOptions['weightFormat']
>[];

/** Formats that each engine can bring a model's weights into. */
const formatsOf: Readonly<Record<string, readonly string[]>> = {
  llamacpp: Object.keys(quantizationFormats),
  onnx: onnxFormats,
};

/** Weights as the file has them. */
const asTheyAre = 'source';

/**
 * Parses `q8_0,q4_0` or `source,int4`: formats of an engine, in any case; undefined is the file's own.
 *
 * @throws InvalidArgumentError, which lists the engine's formats.
 */
export function parseWeightFormats(
  option: string,
  text: string,
  backend: string,
): readonly (string | undefined)[] {
  const known = formatsOf[backend] ?? [];
  const formats = text.split(',').map((part) => {
    const name = part.trim().toLowerCase();
    if (name === asTheyAre) return undefined;
    const format = known.find((candidate) => candidate.toLowerCase() === name);
    if (format !== undefined) return format;
    throw new InvalidArgumentError(
      `${option} takes formats of the backend ${backend} separated by commas, of ${[asTheyAre, ...known].join(', ')}; not "${part.trim()}".`,
    );
  });
  return [...new Set(formats)];
}
