import type { Distribution } from '../contract/distribution.js';
import { createRequestRandom } from '../random/request-random.js';
import type { TableLaw } from './enumerate-joint-law.js';

export type TableKind = 'smooth' | 'peaked' | 'one-hot' | 'truncated' | 'ties';

/**
 * A language with a distribution of its own after every history, drawn once from a seed.
 *
 * @param kind `smooth`: all tokens likely; `peaked`: one token nearly certain; `one-hot`: a point mass, also
 *   reported so; `truncated`: sparse, with some tokens impossible; `ties`: few distinct probabilities.
 */
export function randomTable(seed: number, vocabularySize: number, kind: TableKind): TableLaw {
  const random = createRequestRandom({ seed });
  const known = new Map<string, Distribution>();
  return (history) => {
    const key = history.join(',');
    let distribution = known.get(key);
    if (distribution === undefined) {
      // One row a history: the row's number is the history read as digits after a leading one.
      const row = history.reduce((number, token) => number * vocabularySize + token, 1);
      const uniforms = Array.from({ length: vocabularySize }, (_, token) =>
        random.round(row).uniform('sample', 0, token, 0),
      );
      distribution = fromUniforms(uniforms, kind);
      known.set(key, distribution);
    }
    return distribution;
  };
}

function fromUniforms(uniforms: readonly number[], kind: TableKind): Distribution {
  const largest = uniforms.indexOf(Math.max(...uniforms));
  switch (kind) {
    case 'smooth':
      return normalized(uniforms.map((uniform) => uniform + 0.02));
    case 'peaked':
      return normalized(uniforms.map((uniform, token) => (token === largest ? 1 : uniform * 1e-3)));
    case 'ties':
      return normalized(uniforms.map((uniform) => 1 + Math.floor(uniform * 2)));
    case 'one-hot':
      return { tokens: Int32Array.of(largest), probabilities: Float64Array.of(1) };
    case 'truncated': {
      const kept = uniforms.flatMap((uniform, token) => (uniform > 0.4 || token === largest ? [token] : []));
      const { probabilities } = normalized(kept.map((token) => (uniforms[token] as number) + 0.02));
      return { tokens: Int32Array.from(kept), probabilities };
    }
  }
}

function normalized(weights: readonly number[]): Distribution {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { tokens: undefined, probabilities: Float64Array.from(weights, (weight) => weight / sum) };
}
