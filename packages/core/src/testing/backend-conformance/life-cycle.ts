import { check, checkRejects } from '../conformance-case.js';
import {
  checkSame,
  type ConformanceBody,
  conformanceContext,
  logProbabilities,
  next,
  pass,
} from './conformance-model.js';

const closed = ['ClosedError'];

/** Cancelling and closing, at every moment. */
export const lifeCycleLaws: Readonly<Record<string, ConformanceBody>> = {
  async 'a cancelled pass leaves the sequence as it was'(under) {
    const { model } = under;
    const text = under.text(70, 4);
    const sequence = model.createSequence();
    await pass({ sequence, tokens: text, rows: 'none' });
    const request = { sequence, tokens: under.text(71, 6), rows: 'none' } as const;
    await checkRejects('a signal that is aborted already', ['AbortError'], () =>
      model.forward([request], { signal: AbortSignal.abort() }),
    );
    check(sequence.length === text.length, `the length is ${sequence.length}`);

    // Queued behind another pass, then cancelled: it never runs.
    const controller = new AbortController();
    const other = model.createSequence();
    const before = pass({ sequence: other, tokens: text, rows: 'last' });
    const cancelled = checkRejects('a queued pass', ['AbortError'], () =>
      model.forward([request], { signal: controller.signal }),
    );
    controller.abort();
    await cancelled;
    await before;
    check(sequence.length === text.length, `the length is ${sequence.length} after a queued pass`);
    const row = await next(sequence, [1]);
    sequence.close();
    other.close();
    checkSame('afterwards', under, row, await under.after([...text, 1]));
  },

  async 'cancelling a pass that runs either lets it finish or undoes it'(under) {
    const { model } = under;
    const text = under.text(72, 4);
    const sequence = model.createSequence();
    await pass({ sequence, tokens: text, rows: 'none' });
    const controller = new AbortController();
    const more = under.text(73, conformanceContext - 8);
    const running = model.forward([{ sequence, tokens: more, rows: 'none' }], { signal: controller.signal });
    const finished = running.then(
      () => true,
      (error: Error) => {
        check(error.name === 'AbortError', `rejected with ${error.name}`);
        return false;
      },
    );
    controller.abort();
    const history = (await finished) ? [...text, ...more] : text;
    check(sequence.length === history.length, `the length is ${sequence.length}, expected ${history.length}`);
    const row = await next(sequence, [1]);
    sequence.close();
    checkSame('afterwards', under, row, await under.after([...history, 1]));
  },

  async 'a closed sequence says so, and closing twice is fine'(under) {
    const sequence = under.model.createSequence();
    await pass({ sequence, tokens: [1], rows: 'none' });
    sequence.close();
    sequence.close();
    await checkRejects('a pass', closed, () => next(sequence, [1]));
    await checkRejects('a rollback', closed, () => sequence.doRollback(0));
    await checkRejects('a commit', closed, () => sequence.doCommitPath([]));
    await checkRejects('a fork', closed, () => sequence.doFork());
  },

  async 'closing the model waits for its passes, and a closed model says so'(under) {
    const { model } = under;
    const text = under.text(74, 6);
    const sequence = model.createSequence();
    const running = pass({ sequence, tokens: text, rows: 'last' }).then((result) =>
      logProbabilities(result, 0),
    );
    const closing = model.close();
    check((await running).length === model.vocabularySize, 'the running pass gave no row');
    await closing;
    await model.close();
    await checkRejects('a pass', closed, () => pass({ sequence, tokens: [1], rows: 'none' }));
    await checkRejects('a new sequence', closed, () => model.createSequence());
    await checkRejects('memory numbers', closed, () => model.memory());
    sequence.close();
  },

  async 'memory numbers are whole, and not all 0'(under) {
    // A cache may be there only as long as a sequence is, and the weights may be someone else's.
    await pass({ sequence: under.model.createSequence(), tokens: [1], rows: 'last' });
    const memory = under.model.memory();
    for (const [part, bytes] of Object.entries(memory) as [string, number][])
      check(Number.isSafeInteger(bytes) && bytes >= 0, `${part}: ${bytes}`);
    check(memory.cache > 0, 'a sequence that holds a token takes no memory');
  },

  async 'the tokenizer and the model have one vocabulary, and text comes back'(under) {
    const { tokenizer, vocabularySize } = under.model;
    check(tokenizer.vocabularySize === vocabularySize, `${tokenizer.vocabularySize} and ${vocabularySize}`);
    for (const token of tokenizer.endTokens)
      check(token >= 0 && token < vocabularySize, `end token ${token}`);
    const tokens = tokenizer.encode('abc');
    check(tokens.length > 0 && tokenizer.decode(tokens) === 'abc', `"abc" came back as ${tokens.join(', ')}`);
    const bytes = tokens.flatMap((token) => [...tokenizer.tokenBytes(token)]);
    check(String.fromCodePoint(...bytes) === 'abc', `the tokens' bytes are ${bytes.join(', ')}`);
    for (const token of [-1, vocabularySize, 0.5]) {
      await checkRejects(`the bytes of token ${token}`, ['TokenOutOfRangeError'], () =>
        tokenizer.tokenBytes(token),
      );
    }
  },
};
