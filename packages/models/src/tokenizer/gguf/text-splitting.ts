/** How llama.cpp reads texts whose `tokenizer.ggml.pre` has one of the names. */
export interface TextSplitting {
  readonly names: readonly string[];
  /** Each splits what the ones before it left; a text is cut before and after every match. */
  readonly patterns: readonly string[];
  /** A word that is a token is not put together from merges. */
  readonly ignoresMerges?: boolean;
  /** True where a text begins with a token if the file does not say. */
  readonly addsBeginToken?: boolean;
}

/** GPT-2's. */
export const gpt2Pattern: string = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** cl100k's, with as many digits together. Not (?i): in Unicode it takes U+017F for an s. */
const cl100k = (digits: string): string =>
  String.raw`(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const threeDigits = cl100k(String.raw`\p{N}{1,3}`);

/** Letters by case as llama.cpp tells them apart: outside of ASCII every letter is of both cases. */
const [notLower, notUpper] = [String.raw`(?:(?=\p{L})[^a-z])`, String.raw`(?:(?=\p{L})[^A-Z])`];

/** Scripts that are written without spaces: a range that spaces of other scripts lie in. */
const unspaced = String.raw`(?:(?!\s)[一-龥ࠀ-一가-퟿])+`;

/** Letters with a case, as deepseek-llm's pattern lists them: escaped, since some have twins that look the same. */
const casedLetters = [
  String.raw`A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF`,
  String.raw`\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5`,
  String.raw`\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA`,
  String.raw`\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45`,
  String.raw`\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE`,
  String.raw`\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC`,
  String.raw`\u2102\u2107\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139`,
  String.raw`\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE\u2CF2\u2CF3`,
  String.raw`\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF\uFB00-\uFB06`,
  String.raw`\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\u{10400}-\u{1044F}\u{104B0}-\u{104D3}\u{104D8}-\u{104FB}`,
  String.raw`\u{10C80}-\u{10CB2}\u{10CC0}-\u{10CF2}\u{118A0}-\u{118DF}\u{1E900}-\u{1E943}`,
].join('');

const splittings: readonly TextSplitting[] = [
  {
    names: ['default'],
    patterns: [String.raw`[\p{P}\$\+<=>\^~\|]+`, gpt2Pattern, String.raw`\p{N}+`, '[0-9][0-9][0-9]'],
  },
  {
    names: ['gpt-2', 'phi-2', 'mpt', 'olmo', 'jais', 'gigachat', 'a.x-4.0', 'mellum', 'exaone4', 'trillion'],
    patterns: [gpt2Pattern],
  },
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
    patterns: [threeDigits],
    ignoresMerges: true,
    addsBeginToken: true,
  },
  { names: ['dbrx', 'smaug-bpe'], patterns: [threeDigits] },
  {
    names: ['qwen2', 'deepseek-r1-qwen', 'kormo', 'megrez', 'stablelm2', 'hunyuan', 'solar-open', 'grok-2'],
    patterns: [cl100k(String.raw`\p{N}`)],
  },
  {
    names: ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b', 'mellum2'],
    patterns: [String.raw`\p{N}`, gpt2Pattern],
  },
  {
    names: ['tekken'],
    patterns: [
      String.raw`[^\r\n\p{L}\p{N}]?${notLower}*${notUpper}+|[^\r\n\p{L}\p{N}]?${notLower}+${notUpper}*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    ],
    ignoresMerges: true,
    addsBeginToken: true,
  },
  {
    names: ['deepseek-coder'],
    patterns: [String.raw`[\r\n]`, String.raw`\s?\p{L}+`, String.raw`\s?\p{P}+`, unspaced, String.raw`\p{N}`],
  },
  {
    names: ['deepseek-llm'],
    patterns: [
      String.raw`[\r\n]`,
      String.raw`\s?[${casedLetters}]+`,
      String.raw`\s?(?:(?!\s)[!-/:-~！-／：-～‘-‟　-。])+`,
      String.raw`\s+\z`,
      unspaced,
      String.raw`\p{N}+`,
    ],
  },
];

/** @param name `tokenizer.ggml.pre`. @returns undefined for names that are not known here. */
export function findSplitting(name: string): TextSplitting | undefined {
  return splittings.find(({ names }) => names.includes(name));
}
