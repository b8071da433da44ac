import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The folder of models that tools of the hub share: the one given, else HF_HUB_CACHE, else `hub` in `hubHome()`.
 * Absolute.
 */
export function hubFolder(given?: string): string {
  return path.resolve(
    expandHome(given ?? variable('HF_HUB_CACHE') ?? variable('HUGGINGFACE_HUB_CACHE')) ??
      path.join(hubHome(), 'hub'),
  );
}

/** HF_HOME, else `huggingface` in XDG_CACHE_HOME or ~/.cache. */
export function hubHome(): string {
  return (
    expandHome(variable('HF_HOME')) ??
    path.join(expandHome(variable('XDG_CACHE_HOME')) ?? path.join(homedir(), '.cache'), 'huggingface')
  );
}

/** An environment variable; undefined where it is empty. */
export function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

function expandHome(folder: string | undefined): string | undefined {
  return folder?.replace(/^~(?=$|[/\\])/, homedir());
}
