/** Pixels. */
export const plotWidth = 640;
/** Of every Vega-Lite plot. */
export const plotConfig = { font: 'system-ui, sans-serif', background: 'white' };
