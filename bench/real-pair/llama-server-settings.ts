/** Flags of llama-server beside those that all settings share (`llamaServerFlags`). */
export interface LlamaServerSetting {
  readonly name: string;
  readonly usesDraft: boolean;
  readonly flags: readonly string[];
}

const draftOf = (length: number): string[] => ['--spec-draft-n-max', String(length)];
// Keys of four tokens: at the default of twelve hardly anything matches.
const nGram = ['--spec-ngram-simple-size-n', '4', '--spec-ngram-simple-size-m', '15'];
const nGramMap = ['--spec-ngram-map-k-size-n', '4', '--spec-ngram-map-k-size-m', '15'];

/**
 * Settings that may be llama-server's best one. Its types of speculation can be joined: the n-gram goes first, and the
 * draft model guesses where it finds nothing. Left out are `ngram-mod` and `ngram-cache`: both keep what earlier requests
 * generated, and a prompt's next repeat would be drafted from its own answer.
 */
export const llamaServerSettings: readonly LlamaServerSetting[] = [
  { name: 'plain', usesDraft: false, flags: [] },
  { name: 'draft-3', usesDraft: true, flags: ['--spec-type', 'draft-simple', ...draftOf(3)] },
  { name: 'draft-7', usesDraft: true, flags: ['--spec-type', 'draft-simple', ...draftOf(7)] },
  {
    name: 'draft-15-confident',
    usesDraft: true,
    flags: ['--spec-type', 'draft-simple', ...draftOf(15), '--spec-draft-p-min', '0.6'],
  },
  { name: 'n-gram', usesDraft: false, flags: ['--spec-type', 'ngram-simple', ...nGram] },
  { name: 'n-gram-map', usesDraft: false, flags: ['--spec-type', 'ngram-map-k', ...nGramMap] },
  {
    name: 'n-gram+draft-3',
    usesDraft: true,
    flags: ['--spec-type', 'ngram-simple,draft-simple', ...nGram, ...draftOf(3)],
  },
];
