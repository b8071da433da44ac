import { readFile } from 'node:fs/promises';
import { verificationRules } from '@foretoken/core';
import { PipelineFileError } from '../errors/pipeline-file-error.js';
import { parseDocument } from '../files/parse-document.js';
import { drafterLabel } from './drafter-label.js';
import { type Pipeline, pipelineSchema, pipelineVersion } from './pipeline-schema.js';

/**
 * A pipeline from the text of a file.
 *
 * @throws PipelineFileError for text that is not JSON, a document of another kind or version, and fields that are wrong
 *   or contradict each other; the message says where.
 */
export function parsePipeline(text: string, file: string): Pipeline {
  return parseDocument(text, {
    format: 'foretoken-pipeline',
    version: pipelineVersion,
    schema: pipelineSchema,
    findContradictions,
    fail: (problem, cause) =>
      new PipelineFileError(
        `${file} is no pipeline: ${problem}. docs/pipeline.md and pipeline.schema.json say what one is.`,
        { file, cause },
      ),
  });
}

/** @throws PipelineFileError as `parsePipeline`, and for a file that cannot be read. */
export async function readPipeline(file: string): Promise<Pipeline> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new PipelineFileError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      file,
      cause: error,
    });
  }
  return parsePipeline(text, file);
}

/** What no schema says. */
function findContradictions({ drafters, rule = 'auto', seedContract, combination }: Pipeline): string[] {
  const problems: string[] = [];
  const labels = drafters.map(drafterLabel);
  for (const [index, label] of labels.entries()) {
    if (labels.indexOf(label) < index) problems.push(`drafters.${index}: ${label} is there twice`);
  }
  for (const [index, drafter] of drafters.entries()) {
    if (drafter.kind !== 'draft-model') continue;
    const { vocabulary = 'same', stage, tree } = drafter;
    if (stage !== undefined && (tree !== undefined || vocabulary !== 'same'))
      problems.push(
        `drafters.${index}.stage: a staged draft is a chain in the target's vocabulary: leave tree and vocabulary out`,
      );
    if (tree !== undefined && vocabulary !== 'same')
      problems.push(
        `drafters.${index}.tree: a model of another vocabulary drafts chains: leave tree or vocabulary out`,
      );
  }
  if (rule !== 'auto' && !verificationRules.has(rule))
    problems.push(
      `rule: there is no exact rule "${rule}"; there are ${[...verificationRules.keys()].join(', ')}`,
    );
  if (seedContract === 'text' && rule !== 'auto' && rule !== 'sample-match')
    problems.push(`seedContract: only the rule sample-match gives the same text, not ${rule}`);
  if (combination === 'estimate' && drafters.length < 2)
    problems.push('combination: several drafters work together: give two or more, or leave it out');
  return problems;
}
