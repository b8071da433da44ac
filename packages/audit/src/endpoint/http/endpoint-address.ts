import { InvalidArgumentError } from '@foretoken/core';

/** Where a server is, and how it is asked. */
export interface EndpointAddress {
  /** Without a slash at the end and without `/v1`: `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** Sent as a bearer token; undefined: none. */
  readonly apiKey: string | undefined;
  /** Of one try, above 0. */
  readonly timeoutMilliseconds: number;
  /** Further tries after the first, at least 0. */
  readonly retries: number;
}

/** @throws InvalidArgumentError for what is no http or https address. */
export function parseBaseUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw new InvalidArgumentError(
      `${JSON.stringify(text)} is no URL; give one such as http://127.0.0.1:8080.`,
      { cause: error },
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InvalidArgumentError(`${text}: an endpoint is reached by http or https, not ${url.protocol}`);
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new InvalidArgumentError(
      `${url.origin}${url.pathname}: give the address alone, without user, query or fragment.`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '');
}
