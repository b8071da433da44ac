import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError } from '@foretoken/core';
import { hubFolder, hubHome, variable } from './cache/hub-folder.js';

/** Where models come from and go to. What is left out is as the environment of the hub's own tools says. */
export interface HubOptions {
  /** Default: HF_HUB_CACHE, else `hub` in HF_HOME, else ~/.cache/huggingface/hub. */
  readonly cacheFolder?: string | undefined;
  /** The hub or a mirror of it; default: HF_ENDPOINT, else https://huggingface.co. */
  readonly endpoint?: string | undefined;
  /** Default: HF_TOKEN, else the file HF_TOKEN_PATH, else `token` in HF_HOME. */
  readonly token?: string | undefined;
  /** Take nothing but what the cache holds; default: HF_HUB_OFFLINE. */
  readonly offline?: boolean | undefined;
  /** Tries in a row that bring nothing, after the first; default 4. */
  readonly retries?: number | undefined;
}

export interface HubSettings {
  readonly cacheFolder: string;
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly offline: boolean;
  readonly retries: number;
}

/** The options complete. @throws InvalidArgumentError for an endpoint or a token that cannot be one. */
export async function hubSettings(options: HubOptions): Promise<HubSettings> {
  return {
    cacheFolder: hubFolder(options.cacheFolder),
    endpoint: endpointOf(options.endpoint ?? variable('HF_ENDPOINT') ?? 'https://huggingface.co'),
    token: checkToken(options.token ?? variable('HF_TOKEN') ?? (await tokenFile())),
    offline: options.offline ?? /^(1|on|yes|true)$/i.test(variable('HF_HUB_OFFLINE') ?? ''),
    retries: options.retries ?? 4,
  };
}

function endpointOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError(
      `HF_ENDPOINT is "${text}": it takes the address of a hub, as https://huggingface.co.`,
    );
  }
  return text.replace(/\/+$/, '');
}

function checkToken(text: string | undefined): string | undefined {
  const token = text?.trim() ?? '';
  if (token === '') return undefined;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new InvalidArgumentError(
      'The token of the hub has blanks or other characters that no token has: set HF_TOKEN to it alone.',
    );
  }
  return token;
}

/** What `hf auth login` keeps; undefined where nobody logged in. */
async function tokenFile(): Promise<string | undefined> {
  try {
    return await readFile(variable('HF_TOKEN_PATH') ?? path.join(hubHome(), 'token'), 'utf8');
  } catch {
    return undefined;
  }
}
