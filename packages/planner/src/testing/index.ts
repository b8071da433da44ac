export { createRecordedMeter } from './recorded-meter.js';
export type { RecordedMeterOptions } from './recorded-meter.js';
