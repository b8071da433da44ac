import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { type RecordedText, recordTexts } from './acceptance-traces.js';
import { specBenchPrompts } from './spec-bench-prompts.js';

/** Tokens of a text. */
export const textLength = 128;
/** So that the result does not wait for what else the machine does. */
const threads = 1;
const folder = new URL('../.cache/', import.meta.url);

/**
 * What the embedded draft model and prompt lookup draft after every token of 60 texts of the embedded target, on llama.cpp.
 * Recorded once, in a minute or two a temperature, and kept in bench/.cache: remove it to record anew.
 */
export async function recordedTexts(temperature: number): Promise<RecordedText[]> {
  const file = new URL(`recorded-texts-T${temperature}.json`, folder);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RecordedText[];
  } catch {
    // Not recorded yet.
  }
  const target = await llamacppBackend.loadModel(tinyModels.target, { threads });
  const draft = await llamacppBackend.loadModel(tinyModels.draft, { threads });
  const prompts = await specBenchPrompts(target);
  const texts = await recordTexts({ target, draft, prompts, temperature, length: textLength });
  await draft.close();
  await target.close();
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(texts));
  return texts;
}
