import { Option } from '@commander-js/extra-typings';

/** Where n-gram drafting looks beside the prompt and the output. */
export const nGramOptions = {
  // Not variadic, but repeatable: it would take the prompt for another value.
  corpus: new Option(
    '--corpus <file>',
    'text to look for continuations in, with --draft n-gram; may be repeated',
  ).argParser((file: string, previous: readonly string[] | undefined) => [...(previous ?? []), file]),
  store: new Option(
    '--n-gram-store <file>',
    'file of past outputs to look in and to add the output to, with --draft n-gram',
  ),
} as const;

export interface NGramSelection {
  readonly corpus?: readonly string[] | undefined;
  readonly nGramStore?: string | undefined;
}
