import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hubFolder } from './cache/hub-folder.js';
import { hubSettings } from './settings.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'foretoken-hub-home-'));
  for (const name of ['HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'XDG_CACHE_HOME']) vi.stubEnv(name, '');
  for (const name of ['HF_TOKEN', 'HF_TOKEN_PATH', 'HF_ENDPOINT', 'HF_HUB_OFFLINE']) vi.stubEnv(name, '');
  vi.stubEnv('HF_HOME', home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

it('the folder is the one given, else what the variables of the hub’s tools say, in their order', () => {
  expect(hubFolder()).toBe(path.join(home, 'hub'));
  vi.stubEnv('HUGGINGFACE_HUB_CACHE', path.join(home, 'former'));
  expect(hubFolder()).toBe(path.join(home, 'former'));
  vi.stubEnv('HF_HUB_CACHE', '~/models');
  expect(hubFolder()).toBe(path.join(os.homedir(), 'models'));
  expect(hubFolder('given')).toBe(path.resolve('given'));
});

it('without them it is the one in the folder for caches', () => {
  vi.stubEnv('HF_HOME', '');
  expect(hubFolder()).toBe(path.join(os.homedir(), '.cache', 'huggingface', 'hub'));
  vi.stubEnv('XDG_CACHE_HOME', home);
  expect(hubFolder()).toBe(path.join(home, 'huggingface', 'hub'));
});

it('the token is the one given, else the variable’s, else that of the login', async () => {
  const token = async (given?: string) => (await hubSettings({ token: given })).token;
  expect(await token()).toBeUndefined();
  await writeFile(path.join(home, 'token'), 'hf_login\n');
  expect(await token()).toBe('hf_login');
  await writeFile(path.join(home, 'elsewhere'), 'hf_elsewhere');
  vi.stubEnv('HF_TOKEN_PATH', path.join(home, 'elsewhere'));
  expect(await token()).toBe('hf_elsewhere');
  vi.stubEnv('HF_TOKEN', 'hf_variable');
  expect(await token()).toBe('hf_variable');
  expect(await token('hf_given')).toBe('hf_given');
  expect(await token('')).toBeUndefined();
  await expect(token('hf a')).rejects.toThrow(/HF_TOKEN/);
});

it('the hub is the endpoint without a slash at its end, or a mirror', async () => {
  const endpoint = async () => (await hubSettings({})).endpoint;
  expect(await endpoint()).toBe('https://huggingface.co');
  vi.stubEnv('HF_ENDPOINT', 'http://mirror.example/hub//');
  expect(await endpoint()).toBe('http://mirror.example/hub');
  for (const wrong of ['mirror.example', 'ftp://mirror.example', 'file:///models']) {
    vi.stubEnv('HF_ENDPOINT', wrong);
    await expect(endpoint()).rejects.toMatchObject({ name: 'InvalidArgumentError' });
  }
});

it.each([
  ['1', true],
  ['ON', true],
  ['yes', true],
  ['True', true],
  ['0', false],
  ['no', false],
  ['', false],
])('HF_HUB_OFFLINE=%s: %s', async (value, offline) => {
  vi.stubEnv('HF_HUB_OFFLINE', value);
  expect((await hubSettings({})).offline).toBe(offline);
});
