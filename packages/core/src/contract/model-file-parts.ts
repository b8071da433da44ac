/** As llama.cpp names them: `model-00001-of-00003.gguf`. */
const firstPart = /-00001-of-(\d{5})(\.gguf)$/;

/** Paths of all files of a model by the path of its first: several where that is the first part of a split GGUF model. */
export function modelFileParts(file: string): string[] {
  const count = Number(firstPart.exec(file)?.[1] ?? 1);
  if (count < 2) return [file];
  return Array.from({ length: count }, (_, index) =>
    file.replace(firstPart, `-${String(index + 1).padStart(5, '0')}-of-$1$2`),
  );
}
