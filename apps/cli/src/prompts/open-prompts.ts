/** Beginnings that go on in many ways: what is drawn after them says more than where one token is nearly certain. */
export const openPrompts: readonly string[] = [
  'The most interesting thing about',
  'Once upon a time there was a',
  'export class ',
  'const ',
];
