import type { LanguageModel } from '../contract/language-model.js';
import { UnsupportedError } from '../errors/unsupported-error.js';

/** @throws UnsupportedError where a model cannot forget the tokens that are thrown away in a round. */
export function assertRollback({ name, capabilities }: LanguageModel, role: string): void {
  if (!capabilities.rollback) {
    throw new UnsupportedError(
      `${name} cannot be the ${role} of speculative decoding: its recurrent state cannot be shortened to the accepted tokens. Decode without a drafter, or choose another model.`,
    );
  }
}
