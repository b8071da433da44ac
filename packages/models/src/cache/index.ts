export { cachedModelFile } from './cached-model-file.js';
export { assertRoom } from './assert-room.js';
export { asCacheWriteError } from './cache-errors.js';
export { cacheFolder } from './cache-folder.js';
export { isComplete, recordComplete } from './complete-files.js';
export { rememberedHash } from './content-hash.js';
export { hashFile } from './hash-file.js';
export { temporaryPath } from './temporary-path.js';
export { writeJson } from './write-json.js';
