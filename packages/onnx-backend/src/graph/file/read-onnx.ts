import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type ElementType, elementTypeByNumber } from './element-types.js';
import type { Dimension } from './onnx-model.js';
import { type ProtoField, ProtoFile } from './proto-file.js';
import { tensorBytes } from './tensor-bytes.js';

/** An input or output as the file declares it. */
export interface DeclaredValue {
  readonly name: string;
  /** Undefined for types that our own graphs do not have, and for what is no tensor. */
  readonly elementType: ElementType | undefined;
  /** Undefined where the rank is not said. A dimension of which nothing is said is ''. */
  readonly shape: readonly Dimension[] | undefined;
}

/** What an ONNX file says of itself; the weights are not read. */
export interface OnnxFile {
  readonly path: string;
  readonly fileFormatVersion: number;
  readonly producer: { readonly name: string; readonly version: string };
  /** Versions by domain; '' is ONNX's own. */
  readonly operatorSets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Without those that have a constant as their default. */
  readonly inputs: readonly DeclaredValue[];
  readonly outputs: readonly DeclaredValue[];
  /** Operators of the main graph, `Add` or `com.microsoft.GroupQueryAttention`. */
  readonly operators: ReadonlySet<string>;
  /** Paths of the files beside it that hold weights. */
  readonly dataFiles: readonly string[];
}

interface Constant {
  readonly name: string;
  readonly external: ReadonlyMap<string, string> | undefined;
}

/**
 * Reads and checks an ONNX file's structure: every field of the model, its graph, values, nodes and constants
 * lies where it should, sizes fit shapes, and weights outside are there.
 *
 * @throws InvalidModelFileError naming the file, the place, and what is wrong.
 */
export function readOnnx(modelPath: string): Promise<OnnxFile> {
  return ProtoFile.read(modelPath, async (file) => {
    let fileFormatVersion = 0;
    const producer = { name: '', version: '' };
    const operatorSets = new Map<string, number>();
    const metadata = new Map<string, string>();
    let graphField: ProtoField | undefined;
    for await (const field of file.fields(0, file.byteLength)) {
      if (field.number === 1) fileFormatVersion = file.whole(field, 'the format version');
      else if (field.number === 2) producer.name = await file.text(field, 'the producer');
      else if (field.number === 3) producer.version = await file.text(field, "the producer's version");
      else if (field.number === 7) {
        if (graphField !== undefined) throw file.fail('it has two graphs', field.start);
        graphField = field;
      } else if (field.number === 8) {
        const { domain, version } = await readOperatorSet(file, field);
        if (operatorSets.has(domain))
          throw file.fail(`the operator set ${JSON.stringify(domain)} stands twice`);
        operatorSets.set(domain, version);
      } else if (field.number === 14) {
        const [key, value] = await readEntry(file, field, 1 << 20);
        metadata.set(key, value);
      }
    }
    if (fileFormatVersion < 1) throw file.fail('it has no format version');
    if (graphField === undefined) throw file.fail('it has no graph');
    if (operatorSets.size === 0) throw file.fail('it names no operator set');
    const graph = await readGraph(file, graphField);
    return { path: modelPath, fileFormatVersion, producer, operatorSets, metadata, ...graph };
  });
}

async function readGraph(
  file: ProtoFile,
  graph: ProtoField,
): Promise<Pick<OnnxFile, 'inputs' | 'outputs' | 'operators' | 'dataFiles'>> {
  const inputs: DeclaredValue[] = [];
  const outputs: DeclaredValue[] = [];
  const operators = new Set<string>();
  const constants = new Map<string, Constant>();
  for await (const field of file.message(graph, 'the graph')) {
    if (field.number === 1) operators.add(await readOperator(file, field));
    else if (field.number === 11) inputs.push(await readValue(file, field));
    else if (field.number === 12) outputs.push(await readValue(file, field));
    else if (field.number === 5) {
      const constant = await readConstant(file, field);
      if (constants.has(constant.name))
        throw file.fail(`the constant ${constant.name} stands twice`, field.start);
      constants.set(constant.name, constant);
    }
  }
  for (const values of [inputs, outputs]) {
    if (values.length === 0) throw file.fail(`the graph has no ${values === inputs ? 'inputs' : 'outputs'}`);
    const names = new Set(values.map(({ name }) => name));
    if (names.size < values.length) throw file.fail('two of its inputs or outputs have the same name');
  }
  const dataFiles = await checkDataFiles(file, [...constants.values()]);
  return { inputs: inputs.filter(({ name }) => !constants.has(name)), outputs, operators, dataFiles };
}

async function readOperator(file: ProtoFile, node: ProtoField): Promise<string> {
  let operator = '';
  let domain = '';
  for await (const field of file.message(node, 'a node')) {
    if (field.number === 4) operator = await file.text(field, "a node's operator");
    else if (field.number === 7) domain = await file.text(field, "a node's domain");
  }
  if (operator === '') throw file.fail('a node has no operator', node.start);
  return domain === '' || domain === 'ai.onnx' ? operator : `${domain}.${operator}`;
}

async function readOperatorSet(
  file: ProtoFile,
  set: ProtoField,
): Promise<{ readonly domain: string; readonly version: number }> {
  let domain = '';
  let version = 0;
  for await (const field of file.message(set, 'an operator set')) {
    if (field.number === 1) domain = await file.text(field, "an operator set's domain");
    else if (field.number === 2) version = file.whole(field, "an operator set's version");
  }
  if (version < 1) throw file.fail(`the operator set ${JSON.stringify(domain)} has no version`, set.start);
  return { domain: domain === 'ai.onnx' ? '' : domain, version };
}

async function readEntry(
  file: ProtoFile,
  entry: ProtoField,
  mostBytes: number,
): Promise<readonly [key: string, value: string]> {
  let key = '';
  let value = '';
  for await (const field of file.message(entry, 'a metadata entry')) {
    if (field.number === 1) key = await file.text(field, 'a metadata key');
    else if (field.number === 2) value = await file.text(field, 'a metadata value', mostBytes);
  }
  return [key, value];
}

/** A `ValueInfoProto`, down to its dimensions. */
async function readValue(file: ProtoFile, value: ProtoField): Promise<DeclaredValue> {
  let name = '';
  let elementType: ElementType | undefined;
  let shape: Dimension[] | undefined;
  for await (const field of file.message(value, 'an input or output')) {
    if (field.number === 1) name = await file.text(field, 'the name of an input or output');
    if (field.number !== 2) continue;
    for await (const type of file.message(field, `the type of ${name}`)) {
      if (type.number !== 1) continue;
      for await (const part of file.message(type, `the type of ${name}`)) {
        if (part.number === 1) elementType = elementTypeByNumber(file.whole(part, `the type of ${name}`));
        if (part.number === 2) shape = await readShape(file, part, name);
      }
    }
  }
  if (name === '') throw file.fail('an input or output has no name', value.start);
  return { name, elementType, shape };
}

async function readShape(file: ProtoFile, shape: ProtoField, name: string): Promise<Dimension[]> {
  const dimensions: Dimension[] = [];
  for await (const field of file.message(shape, `the shape of ${name}`)) {
    if (field.number !== 1) continue;
    let dimension: Dimension = '';
    for await (const part of file.message(field, `a dimension of ${name}`)) {
      if (part.number === 1) dimension = file.whole(part, `a dimension of ${name}`);
      else if (part.number === 2) dimension = await file.text(part, `a dimension of ${name}`);
    }
    dimensions.push(dimension);
  }
  return dimensions;
}

/** A `TensorProto`; its bytes are measured, not read. */
async function readConstant(file: ProtoFile, tensor: ProtoField): Promise<Constant> {
  let name = '';
  let typeNumber = 0;
  let rawBytes: number | undefined;
  const shape: number[] = [];
  const entries = new Map<string, string>();
  for await (const field of file.message(tensor, 'a constant')) {
    if (field.number === 1) shape.push(...(await file.wholes(field, `the shape of ${name}`)));
    else if (field.number === 2) typeNumber = file.whole(field, `the type of ${name}`);
    else if (field.number === 8) name = await file.text(field, 'the name of a constant');
    else if (field.number === 9) rawBytes = field.end - field.start;
    else if (field.number === 13) {
      const [key, value] = await readEntry(file, field, 65_536);
      entries.set(key, value);
    }
  }
  if (name === '') throw file.fail('a constant has no name', tensor.start);
  const elementType = elementTypeByNumber(typeNumber);
  const needed = elementType === undefined ? undefined : tensorBytes({ elementType, shape });
  const found = entries.size > 0 ? externalLength(entries) : rawBytes;
  if (needed !== undefined && found !== undefined && needed !== found) {
    throw file.fail(`${name} has ${found} bytes; its shape and type need ${needed}`, tensor.start);
  }
  return { name, external: entries.size > 0 ? entries : undefined };
}

function externalLength(entries: ReadonlyMap<string, string>): number | undefined {
  const length = entries.get('length');
  return length === undefined ? undefined : Number(length);
}

/** Every constant stored outside lies wholly in a file of the model's own folder. */
async function checkDataFiles(file: ProtoFile, constants: readonly Constant[]): Promise<readonly string[]> {
  const sizes = new Map<string, number>();
  for (const { name, external } of constants) {
    if (external === undefined) continue;
    const location = external.get('location') ?? '';
    if (location === '' || path.isAbsolute(location) || location.split(/[\\/]/).includes('..')) {
      throw file.fail(
        `${name} is stored in ${JSON.stringify(location)}, which is no file of the model's folder`,
      );
    }
    const dataPath = path.join(path.dirname(file.path), location);
    const size = sizes.get(dataPath) ?? (await stat(dataPath).catch(() => undefined))?.size;
    if (size === undefined) throw file.fail(`its weights are stored in ${location}, which is not there`);
    sizes.set(dataPath, size);
    const [offset, length] = [external.get('offset') ?? '0', external.get('length') ?? '0'].map((text) =>
      /^\d{1,15}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY,
    ) as [number, number];
    if (offset + length > size) {
      throw file.fail(
        `${name} lies at ${offset} of ${location} with ${length} bytes, beyond its ${size} bytes`,
      );
    }
  }
  return [...sizes.keys()];
}
