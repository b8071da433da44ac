import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder } from './cache-folder.js';

describe('the folder', () => {
  it('is the given one, else the environment’s, else the system’s', () => {
    const before = process.env['FORETOKEN_CACHE'];
    try {
      process.env['FORETOKEN_CACHE'] = path.resolve('/somewhere');
      expect(cacheFolder('onnx', path.resolve('/given'))).toBe(path.resolve('/given/onnx'));
      expect(cacheFolder('onnx', undefined)).toBe(path.resolve('/somewhere/onnx'));
      process.env['FORETOKEN_CACHE'] = '';
      expect(cacheFolder('onnx', undefined)).toMatch(/foretoken.onnx$/);
      expect(path.isAbsolute(cacheFolder('onnx', undefined))).toBe(true);
    } finally {
      if (before === undefined) delete process.env['FORETOKEN_CACHE'];
      else process.env['FORETOKEN_CACHE'] = before;
    }
  });
});
