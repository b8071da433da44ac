import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Where files that are made from models are kept: the folder given, else FORETOKEN_CACHE, else `foretoken` in the
 * system's folder for caches (XDG_CACHE_HOME or ~/.cache; ~/Library/Caches; %LOCALAPPDATA%); in each of them, a folder
 * for the kind of file.
 */
export function cacheFolder(kind: 'onnx' | 'gguf', given: string | undefined): string {
  const { FORETOKEN_CACHE: fromEnvironment } = process.env;
  const root =
    given ?? (fromEnvironment === undefined || fromEnvironment === '' ? undefined : fromEnvironment);
  return path.join(root ?? path.join(systemCacheFolder(), 'foretoken'), kind);
}

function systemCacheFolder(): string {
  if (process.platform === 'win32') {
    return process.env['LOCALAPPDATA'] ?? path.join(homedir(), 'AppData', 'Local');
  }
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches');
  const { XDG_CACHE_HOME: folder } = process.env;
  // The specification has relative paths ignored.
  return folder !== undefined && path.isAbsolute(folder) ? folder : path.join(homedir(), '.cache');
}
