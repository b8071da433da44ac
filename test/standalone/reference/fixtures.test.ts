import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fixtureFolder, readFixtureBytes } from './read-fixture.js';

const mostBytes = 5_000_000;

test('every fixture is whole, in the manifest, and all of them are small', async () => {
  const { files } = JSON.parse(await readFile(path.join(fixtureFolder, 'manifest.json'), 'utf8')) as {
    files: Record<string, { bytes: number }>;
  };
  const present = (await readdir(fixtureFolder)).filter((name) => name !== 'manifest.json');
  expect(present.toSorted()).toEqual(Object.keys(files).toSorted());
  let total = 0;
  for (const [name, { bytes }] of Object.entries(files)) {
    expect((await readFixtureBytes(name)).length).toBe(bytes);
    total += bytes;
  }
  expect(total).toBeLessThan(mostBytes);
});

test('a missing fixture is named with the command that makes it, an edited one by its name', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'foretoken-fixtures-'));
  try {
    for (const name of ['manifest.json', 'philox-streams.json']) {
      await cp(path.join(fixtureFolder, name), path.join(folder, name));
    }
    await expect(readFixtureBytes('probabilities.json', folder)).rejects.toThrow(
      'The fixture probabilities.json is missing; make it with: npm run reference -- --write probabilities',
    );
    const edited = path.join(folder, 'philox-streams.json');
    await writeFile(edited, (await readFile(edited, 'utf8')).replace('"request":0', '"request":1'));
    await expect(readFixtureBytes('philox-streams.json', folder)).rejects.toThrow(
      /philox-streams\.json was edited.*npm run reference -- --write philox-streams/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
