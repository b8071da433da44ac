import type { EndpointAddress } from '../http/endpoint-address.js';
import type { SourceSampling } from '../draw-source.js';

/** The ways a server can be asked. */
export const endpointKinds = ['llama-server', 'openai', 'ollama'] as const;
export type EndpointKind = (typeof endpointKinds)[number];

/** Everything that decides what a request to a server looks like. */
export interface EndpointSettings {
  readonly address: EndpointAddress;
  /** Sent as `model`; undefined: the only one, or the first, that the server lists. */
  readonly model: string | undefined;
  readonly sampling: SourceSampling;
  /** How many tokens to ask probabilities for, at least 1; undefined: what the kind of server usually allows. */
  readonly topTokens: number | undefined;
  /** Further fields of every request, which win over ours: `{ "speculative.n_max": 0 }`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A server's name in reports: its address, its model and what is set beyond the audit's own fields. */
export function endpointName(kind: string, { address, fields }: EndpointSettings, model?: string): string {
  const own = Object.keys(fields).length === 0 ? '' : `, with ${JSON.stringify(fields)}`;
  return `${kind} at ${address.baseUrl}${model === undefined ? '' : `, model ${model}`}${own}`;
}
