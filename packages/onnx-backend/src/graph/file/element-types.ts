/** Element types of ONNX tensors that our graphs have, with ONNX's numbers (`TensorProto.DataType`). */
const numbers = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

const bytes: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
};

export type ElementType = keyof typeof numbers;

export function elementTypeNumber(type: ElementType): number {
  return numbers[type];
}

export function elementBytes(type: ElementType): number {
  return bytes[type];
}

/** Undefined for a type that our graphs do not have. */
export function elementTypeByNumber(number: number): ElementType | undefined {
  return (Object.keys(numbers) as ElementType[]).find((type) => numbers[type] === number);
}
