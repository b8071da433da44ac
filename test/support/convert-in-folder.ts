import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type ConvertOptions, convertHuggingFaceFolder } from '@foretoken/models';
import { type HuggingFaceFolderOptions, writeHuggingFaceFolder } from './write-hugging-face-folder.js';

/** A temporary folder with small Hugging Face folders and what they were converted to. */
export class ConversionFolder {
  readonly path: string;
  #count = 0;

  private constructor(folder: string) {
    this.path = folder;
  }

  static async create(): Promise<ConversionFolder> {
    return new ConversionFolder(await mkdtemp(path.join(os.tmpdir(), 'foretoken-convert-')));
  }

  /** Another source folder. */
  async write(options: HuggingFaceFolderOptions = {}): Promise<string> {
    const source = path.join(this.path, `source-${this.#count++}`);
    await writeHuggingFaceFolder(source, options);
    return source;
  }

  /** Converts a source folder, to F16 unless told otherwise; the path of the GGUF file. */
  async convert(source: string, options: Partial<ConvertOptions> = {}): Promise<string> {
    const output = `${source}.gguf`;
    await convertHuggingFaceFolder(source, output, { format: 'F16', ...options });
    return output;
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true });
  }
}
