import type { Drafter } from '@foretoken/core';

export interface GatedDrafter extends Drafter {
  /** Proposals that were asked for. */
  readonly asked: () => number;
  readonly open: () => void;
}

/** Proposes nothing, and that only where the gate is open: a generation that asks it stands still until then. */
export function createGatedDrafter(freeProposals = 0): GatedDrafter {
  let asked = 0;
  let isOpen = false;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = () => {
      isOpen = true;
      resolve();
    };
  });
  return {
    name: 'gated',
    asked: () => asked,
    open: () => open(),
    async propose({ signal }) {
      asked += 1;
      if (asked > freeProposals && !isOpen) await Promise.race([opened, abortOf(signal)]);
      return { tokens: [], parents: [], distributions: [], drafters: [] };
    },
    observe() {},
    async close() {},
  };
}

async function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
