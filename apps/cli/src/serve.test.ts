import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishCommand, runCommand, startCommand } from '../testing/run-command.js';

const template = '{% for m in messages %}// {{ m.content }}\nexport function {% endfor %}';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-serve-'));
  await writeFile(path.join(folder, 'code.jinja'), template);
});
afterAll(() => rm(folder, { recursive: true }));

const ask = (url: string, body: object) =>
  fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer a-key' },
    body: JSON.stringify(body),
  });

describe('foretoken serve', () => {
  it('answers with what generate writes, and finishes the running answer when it is told to stop', async () => {
    const shared = ['--threads', '1', '--draft-length', '4'];
    const chosen = ['--chat-template', path.join(folder, 'code.jinja'), '--served-model-name', 'code'];
    const child = startCommand(['serve', '--port', '0', ...shared, ...chosen], {
      NO_COLOR: '1',
      FORETOKEN_API_KEY: 'a-key',
    });
    const finished = finishCommand(child);
    try {
      const [line] = (await once(child.stdout, 'data')) as [string];
      const url = /^code answers at (http:\S+\/v1)\n$/.exec(line)?.[1] as string;
      expect((await fetch(`${url}/models`)).status).toBe(401);

      const prompt = '// add two numbers\nexport function ';
      const settings = { max_tokens: 32, temperature: 0 };
      const [completion, chat, generated] = await Promise.all([
        ask(`${url}/completions`, { model: 'code', prompt, ...settings }),
        ask(`${url}/chat/completions`, {
          messages: [{ role: 'user', content: 'add two numbers' }],
          ...settings,
        }),
        runCommand(['generate', prompt, '--temperature', '0', '-n', '32', ...shared]),
      ]);
      expect(generated.code, generated.stderr).toBe(0);
      const { choices, usage } = (await completion.json()) as {
        choices: [{ text: string }];
        usage: { speculation: { drafted_tokens: number } };
      };
      // The command ends the text with a line break of its own, on standard error.
      expect(choices[0].text).toBe(generated.stdout);
      expect(usage.speculation.drafted_tokens).toBeGreaterThan(0);
      const said = (await chat.json()) as { choices: [{ message: { content: string } }] };
      expect(said.choices[0].message.content).toBe(choices[0].text);

      const running = await ask(`${url}/completions`, {
        prompt,
        max_tokens: 300,
        ignore_eos: true,
        stream: true,
      });
      child.kill('SIGTERM');
      const parts = (await running.text()).split('\n\n');
      expect(parts.at(-3)).toContain('"finish_reason":"length"');
      expect(parts.at(-2)).toBe('data: [DONE]');
      const { code, stderr } = await finished;
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(
        /drafting: draft\.gguf; rule: block.*\nStopping: the answer that runs is finished/,
      );
    } finally {
      child.kill('SIGKILL');
    }
  });
});
