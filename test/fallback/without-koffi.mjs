// A loader hook: for the ONNX backend koffi does not load, as on a platform that it has no binary for.
export function resolve(name, context, next) {
  if (name === 'koffi' && context.parentURL?.includes('/onnx-backend/')) {
    throw new Error('koffi has no binary for this platform');
  }
  return next(name, context);
}
