// Every group of routes that the server offers.
export { routes as notes } from './notes.mjs';
