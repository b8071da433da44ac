import { InvalidArgumentError as UsageError } from '@commander-js/extra-typings';

/** One more text of a repeated `--stop`. */
export function addStop(text: string, previous: readonly string[] | undefined): string[] {
  if (text === '') throw new UsageError('--stop takes a text that is not empty.');
  return [...(previous ?? []), text];
}
