import { EngineError, InvalidModelFileError, UnsupportedError } from '@foretoken/core';

/** What the engine says of a graph, by kind. Both access paths give the same messages. */
const missingOperator =
  /is not a registered function\/op|Could not find an implementation|No Op registered|not implemented|Unrecognized attribute/i;
const badFile =
  /Protobuf parsing failed|INVALID_PROTOBUF|Failed to load model because protobuf|doesn't exist|INVALID_GRAPH|This is an invalid model|external data|out of bounds|Type Error|ShapeInferenceError|Unsupported model IR version/i;

/** The error of a graph that does not load; keeps the engine's message. */
export function loadError(path: string, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (missingOperator.test(message)) {
    return new UnsupportedError(
      `${path} needs an operator that this ONNX Runtime lacks, or lacks for these types: ${message}`,
      { cause },
    );
  }
  if (badFile.test(message)) {
    return new InvalidModelFileError(`${path} is not a sound ONNX graph: ${message}`, { cause });
  }
  return new EngineError(`${path} does not load: ${message}`, { cause });
}
