/** The real surroundings on Node.js: clocks, cryptographic randomness, and loggers. */
export { createLogger, type LoggerOptions } from "./create-logger.ts";
export { systemClock } from "./system-clock.ts";
export { systemRandom } from "./system-random.ts";
