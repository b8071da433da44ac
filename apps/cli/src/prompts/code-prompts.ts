/** Beginnings of everyday application code; the model writes on. */
export const codePrompts: readonly string[] = [
  `import { useEffect, useState } from 'react';

interface User {
  id: string;
  name: string;
  email: string;
}

export function useUser(id: string) {
  const [user, setUser] = useState<User | null>(null);
  const [loading, setLoading] = useState(true);

  useEffect(() => {
`,
  `export class ShoppingCart {
  private items: CartItem[] = [];

  add(item: CartItem): void {
    this.items.push(item);
  }

  remove(id: string): void {
    this.items = this.items.filter((item) => item.id !== id);
  }

  get total(): number {
`,
  `import { Router } from 'express';
import { UserService } from './user.service';

const router = Router();
const users = new UserService();

router.get('/users/:id', async (req, res, next) => {
  try {
    const user = await users.findById(req.params.id);
`,
  `export enum HttpStatus {
  OK = 200,
  CREATED = 201,
  ACCEPTED = 202,
  NO_CONTENT = 204,
  MOVED_PERMANENTLY = 301,
`,
  `import { describe, expect, it } from 'vitest';
import { sum } from './sum';

describe('sum', () => {
  it('adds two numbers', () => {
    expect(sum(1, 2)).toBe(3);
  });

  it('returns zero for an empty list', () => {
`,
  `export interface Options {
  timeout?: number;
  retries?: number;
  onError?: (error: Error) => void;
}

export async function fetchWithRetry(url: string, options: Options = {}): Promise<Response> {
  const { timeout = 5000, retries = 3, onError } = options;

  for (let attempt = 0; attempt < retries; attempt++) {
`,
  `export function debounce<T extends (...args: any[]) => void>(fn: T, wait: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;

  return (...args: Parameters<T>) => {
`,
  `@Injectable()
export class ProductService {
  constructor(
    @InjectRepository(Product)
    private readonly products: Repository<Product>,
  ) {}

  async findAll(): Promise<Product[]> {
    return this.products.find();
  }

  async findOne(id: number): Promise<Product> {
`,
  `type Action =
  | { type: 'add'; text: string }
  | { type: 'toggle'; id: number }
  | { type: 'remove'; id: number };

export function todos(state: Todo[], action: Action): Todo[] {
  switch (action.type) {
    case 'add':
`,
  `export function groupBy<T, K extends string>(items: T[], key: (item: T) => K): Record<K, T[]> {
  const groups = {} as Record<K, T[]>;

  for (const item of items) {
`,
  `export class LinkedList<T> {
  private head: Node<T> | null = null;
  private size = 0;

  push(value: T): void {
    const node = new Node(value);

    if (this.head === null) {
`,
  `import * as fs from 'fs';
import * as path from 'path';

export function readConfig(directory: string): Config {
  const file = path.join(directory, 'config.json');

  if (!fs.existsSync(file)) {
`,
  `export const Button: React.FC<ButtonProps> = ({ variant = 'primary', size = 'md', children, ...props }) => {
  return (
    <button
      className={classNames(
`,
  `export function isValidEmail(value: string): boolean {
  return /^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$/.test(value);
}

export function isValidPhone(value: string): boolean {
`,
  `export class EventEmitter<Events extends Record<string, unknown>> {
  private listeners = new Map<keyof Events, Set<(payload: any) => void>>();

  on<K extends keyof Events>(event: K, listener: (payload: Events[K]) => void): () => void {
`,
  `const initialState: AuthState = {
  user: null,
  token: null,
  status: 'idle',
  error: null,
};

export const authSlice = createSlice({
  name: 'auth',
  initialState,
  reducers: {
`,
];
