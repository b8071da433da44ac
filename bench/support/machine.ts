import { describeMachine } from '@foretoken/planner';

const { processor, cores, node } = describeMachine();

/** What a result was measured on. */
export const machine = { processor, cores, node };
