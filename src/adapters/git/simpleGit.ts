/** A bundle of its own, loaded on first use: most starts never need it. */
export { simpleGit } from 'simple-git';
