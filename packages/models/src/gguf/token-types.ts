// GGUF's kinds of tokens, as llama.cpp numbers them.
export const normalToken = 1;
export const unknownToken = 2;
export const controlToken = 3;
export const userDefinedToken = 4;
export const unusedToken = 5;
export const byteToken = 6;
