/** A bundle of its own, loaded on first use: a start that asks no program for its version never needs it. */
export { execa } from 'execa';
