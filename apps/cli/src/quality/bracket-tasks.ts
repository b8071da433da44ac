/** Beginnings of functions whose body is open; solved where it is closed and every bracket has its partner. */
export const bracketTasks: readonly string[] = [
  'export function add(left: number, right: number): number {\n',
  'export function isEmpty(list: readonly unknown[]): boolean {\n',
  'function clamp(value: number, low: number, high: number): number {\n',
  'export function sum(values: number[]): number {\n',
  'export async function readJson(url: string): Promise<unknown> {\n',
  'export function capitalize(text: string): string {\n',
  'export function last<T>(items: T[]): T | undefined {\n',
  'export function range(start: number, end: number): number[] {\n',
  'const sleep = (milliseconds: number): Promise<void> => {\n',
  'export function unique<T>(values: T[]): T[] {\n',
  'export function toError(value: unknown): Error {\n',
  'export function groupBy<T>(items: T[], key: (item: T) => string): Record<string, T[]> {\n',
];
