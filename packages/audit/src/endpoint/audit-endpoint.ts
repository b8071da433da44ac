import { InvalidArgumentError } from '@foretoken/core';
import type { SourceSampling } from './draw-source.js';
import { checkSourceOptions, type SourceAuditOptions } from './endpoint-options.js';
import { parseBaseUrl } from './http/endpoint-address.js';
import { auditPair, type PairAudit } from './paired/audit-pair.js';
import type { EndpointKind, EndpointSettings } from './protocols/endpoint-protocol.js';
import { openEndpoint } from './protocols/open-endpoint.js';
import { isPlain, requireSampledLaws } from './protocols/require-sampled-laws.js';
import { auditSamples, type SampleAudit } from './reported/audit-samples.js';

/** One server, and how it is asked. */
export interface Endpoint {
  /** Its address, with or without `/v1`: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Default: found out by what it answers. */
  readonly kind?: EndpointKind | undefined;
  /** Default: the first model that it lists; of Ollama the only one. */
  readonly model?: string | undefined;
  /** Sent as a bearer token; default: none. */
  readonly apiKey?: string | undefined;
  /** Further fields of every request, of Ollama its options; they win over the audit's own. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

export interface AuditEndpointOptions extends SourceAuditOptions {
  readonly endpoint: Endpoint;
  /**
   * The other setting: the same server or another one. Given, samples are compared with samples; default: samples are
   * held against the probabilities that the endpoint itself reports.
   */
  readonly against?: Endpoint | undefined;
  /** Default: temperature 1, nothing else. */
  readonly sampling?: SourceSampling | undefined;
  /** Tokens to ask probabilities for; default 100 of llama-server, 20 of others. */
  readonly topTokens?: number | undefined;
  /** Of one request; default 30,000. */
  readonly timeoutMilliseconds?: number | undefined;
  /** Further tries of a request that failed; default 3. */
  readonly retries?: number | undefined;
}

export type EndpointAudit = SampleAudit | PairAudit;

/**
 * Audits a running server over HTTP: samples against the probabilities that it reports, or samples of two settings
 * against each other, such as with speculation and without. See auditSamples and auditPair.
 *
 * @throws InvalidArgumentError for options that cannot be used; EndpointUnreachableError, EndpointReplyError and
 *   InvalidProbabilitiesError where the server fails before the first draw. Later failures are in the report.
 */
export async function auditEndpoint(options: AuditEndpointOptions): Promise<EndpointAudit> {
  checkSourceOptions(options);
  const { endpoint, against, sampling = { temperature: 1 } } = options;
  if (!(sampling.temperature > 0)) {
    throw new InvalidArgumentError(
      `The temperature is ${sampling.temperature}: only above 0 is anything drawn.`,
    );
  }
  const settingsOf = (server: Endpoint, own: SourceSampling): EndpointSettings => {
    const { topTokens, timeoutMilliseconds = 30_000, retries = 3 } = options;
    requireWhole('topTokens', topTokens ?? 1, 1);
    requireWhole('timeoutMilliseconds', timeoutMilliseconds, 1);
    requireWhole('retries', retries, 0);
    return {
      address: { baseUrl: parseBaseUrl(server.url), apiKey: server.apiKey, timeoutMilliseconds, retries },
      model: server.model,
      sampling: own,
      topTokens,
      fields: server.fields ?? {},
    };
  };
  const signal = options.signal ?? new AbortController().signal;
  const open = (server: Endpoint, own: SourceSampling) =>
    openEndpoint(server.kind, settingsOf(server, own), signal);
  const source = await open(endpoint, sampling);
  if (against !== undefined) return auditPair(source, await open(against, sampling), options);
  requireNoSamplingFields(endpoint, sampling);
  if (!isPlain(sampling)) {
    const plain = await open(endpoint, { temperature: 1 });
    await requireSampledLaws(source, plain, sampling, options.prompts, signal);
  }
  return auditSamples(source, options);
}

/**
 * A setting that only the server knows of would be taken for none: probabilities before it would pass for those that are
 * sampled from.
 */
function requireNoSamplingFields({ fields = {} }: Endpoint, sampling: SourceSampling): void {
  const { temperature, topK = 0, topP = 1, minP = 0 } = sampling;
  const known = { temperature, top_k: topK, top_p: topP, min_p: minP };
  for (const [name, value] of Object.entries(known)) {
    const own = fields[name];
    const isOff = name === 'top_k' && value === 0 && Number(own) <= 0;
    if (own === undefined || own === value || isOff) continue;
    throw new InvalidArgumentError(
      `The field ${name} is ${JSON.stringify(own)} and the audit's own setting ${value}: give it as a setting of the audit (temperature, top-k, top-p or min-p), which has to know how the server samples.`,
    );
  }
}

function requireWhole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new InvalidArgumentError(`${name} must be a whole number of at least ${least}, not ${value}.`);
  }
}
