/** The real surroundings on Node.js: clocks and cryptographic randomness. */
export { systemClock } from "./system-clock.ts";
export { systemRandom } from "./system-random.ts";
