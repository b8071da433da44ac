import { EndpointReplyError } from '@foretoken/core';
import type { HubSettings } from '../settings.js';

/** What a refusal of the hub means, and what to do about it. */
export function replyError(
  response: Response,
  repository: string,
  { endpoint, token }: Pick<HubSettings, 'endpoint' | 'token'>,
): EndpointReplyError {
  const { status, headers } = response;
  const said = headers.get('x-error-message');
  const advice = adviceFor(status, headers, `${endpoint}/${repository}`, token !== undefined);
  const answer = said === null ? `status ${status}` : `status ${status}: ${said.replace(/[\s.]+$/, '')}`;
  return new EndpointReplyError(
    `${repository}: ${advice} (${new URL(response.url).host} answered ${answer}.)`,
    {
      url: response.url,
      status,
    },
  );
}

function adviceFor(status: number, headers: Headers, page: string, hasToken: boolean): string {
  const code = headers.get('x-error-code');
  if (code === 'GatedRepo') {
    const token = hasToken
      ? 'the token is of an account that has not'
      : 'then give a token of that account in HF_TOKEN';
    return `the model is gated: accept its conditions on ${page}; ${token}.`;
  }
  if (code === 'RevisionNotFound') return 'it has no branch "main".';
  if (code === 'EntryNotFound') return 'the file is not there any more: pull again.';
  if (status === 401 || status === 403) {
    return hasToken
      ? `the token does not give access: check the name, and that the token of HF_TOKEN or \`hf auth login\` is valid and may read ${page}.`
      : `there is no such model, or it is private: check the name on ${page}, or give a token in HF_TOKEN.`;
  }
  if (status === 404)
    return `there is no such model, or the token may not see it: check the name on ${page}.`;
  if (status === 429) {
    const wait = headers.get('retry-after');
    return `too many requests: wait${wait === null ? '' : ` ${wait} s`}${hasToken ? '' : ', or give a token in HF_TOKEN'}.`;
  }
  return 'the hub does not serve it now: try again later, or a mirror with HF_ENDPOINT.';
}
