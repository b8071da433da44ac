import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { elementTypeNumber } from './element-types.js';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnx-model.js';
import { tensorBytes } from './tensor-bytes.js';

// Field numbers of onnx.proto; messages are written field by field, so that weights need not be in memory.

/** The first ONNX version with every operator we use has this version of the file format. */
const fileFormatVersion = 10n;

const attributeNumbers = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** Where a tensor's bytes lie outside of the model file. */
export interface ExternalPlace {
  /** Name of the file, beside the model's. */
  readonly file: string;
  readonly offset: number;
}

/** A piece of the model file: bytes, or a tensor whose bytes come there. */
export type ModelPart = Uint8Array | OnnxTensor;

/**
 * The model file as a list of pieces in order.
 *
 * @param external the place of each tensor that is stored outside; the others are stored inside.
 */
export function encodeModel(model: OnnxModel, external: ReadonlyMap<string, ExternalPlace>): ModelPart[] {
  const head = new BinaryWriter();
  head.tag(1, WireType.Varint).int64(fileFormatVersion);
  writeText(head, 2, model.producer.name);
  writeText(head, 3, model.producer.version);
  for (const [domain, version] of model.operatorSets) {
    writeMessage(head, 8, (writer) => {
      writeText(writer, 1, domain);
      writer.tag(2, WireType.Varint).int64(version);
    });
  }
  for (const [key, value] of model.metadata) writeEntry(head, 14, key, value);

  const { graph } = model;
  const tensors = graph.initializers.map((tensor) => encodeTensor(tensor, external.get(tensor.name)));
  const frame = new BinaryWriter();
  for (const node of graph.nodes) writeMessage(frame, 1, (writer) => writeNode(writer, node));
  writeText(frame, 2, graph.name);
  for (const value of graph.inputs) writeMessage(frame, 11, (writer) => writeValue(writer, value));
  for (const value of graph.outputs) writeMessage(frame, 12, (writer) => writeValue(writer, value));
  const frameBytes = frame.finish();
  const graphBytes = tensors.flat().reduce((sum, part) => sum + partBytes(part), frameBytes.length);
  head.tag(7, WireType.LengthDelimited).uint32(graphBytes);
  return [head.finish(), frameBytes, ...tensors.flat()];
}

export function partBytes(part: ModelPart): number {
  return part instanceof Uint8Array ? part.length : tensorBytes(part);
}

/** A tensor as a field of the graph: everything up to its bytes, then the bytes where they are stored inside. */
function encodeTensor(tensor: OnnxTensor, place: ExternalPlace | undefined): ModelPart[] {
  const body = new BinaryWriter();
  for (const length of tensor.shape) body.tag(1, WireType.Varint).int64(length);
  body.tag(2, WireType.Varint).int32(elementTypeNumber(tensor.elementType));
  writeText(body, 8, tensor.name);
  const byteLength = tensorBytes(tensor);
  if (place === undefined) {
    body.tag(9, WireType.LengthDelimited).uint32(byteLength);
  } else {
    writeEntry(body, 13, 'location', place.file);
    writeEntry(body, 13, 'offset', String(place.offset));
    writeEntry(body, 13, 'length', String(byteLength));
    body.tag(14, WireType.Varint).int32(1);
  }
  const bodyBytes = body.finish();
  const header = new BinaryWriter();
  const inside = place === undefined ? byteLength : 0;
  header.tag(5, WireType.LengthDelimited).uint32(bodyBytes.length + inside);
  header.raw(bodyBytes);
  return place === undefined ? [header.finish(), tensor] : [header.finish()];
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const name of node.inputs) writeText(writer, 1, name);
  for (const name of node.outputs) writeText(writer, 2, name);
  writeText(writer, 3, node.name);
  writeText(writer, 4, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writeMessage(writer, 5, (inner) => writeAttribute(inner, name, attribute));
  }
  if (node.domain !== '') writeText(writer, 7, node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, attribute: OnnxAttribute): void {
  writeText(writer, 1, name);
  switch (attribute.type) {
    case 'float':
      writer.tag(2, WireType.Bit32).float(attribute.value);
      break;
    case 'int':
      writer.tag(3, WireType.Varint).int64(attribute.value);
      break;
    case 'string':
      writeText(writer, 4, attribute.value);
      break;
    case 'ints':
      for (const value of attribute.value) writer.tag(8, WireType.Varint).int64(value);
      break;
  }
  writer.tag(20, WireType.Varint).int32(attributeNumbers[attribute.type]);
}

function writeValue(writer: BinaryWriter, { name, elementType, shape }: OnnxValue): void {
  writeText(writer, 1, name);
  writeMessage(writer, 2, (type) => {
    writeMessage(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(elementTypeNumber(elementType));
      writeMessage(tensor, 2, (dimensions) => {
        for (const dimension of shape) {
          writeMessage(dimensions, 1, (inner) => {
            if (typeof dimension === 'number') inner.tag(1, WireType.Varint).int64(dimension);
            else writeText(inner, 2, dimension);
          });
        }
      });
    });
  });
}

function writeEntry(writer: BinaryWriter, field: number, key: string, value: string): void {
  writeMessage(writer, field, (entry) => {
    writeText(entry, 1, key);
    writeText(entry, 2, value);
  });
}

function writeText(writer: BinaryWriter, field: number, text: string): void {
  writer.tag(field, WireType.LengthDelimited).string(text);
}

function writeMessage(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
