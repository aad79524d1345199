/** The real surroundings on Node.js: clocks, cryptographic randomness, loggers, and locks among processes. */
export { createLogger, type LoggerOptions } from "./create-logger.ts";
export { lockForProcess, type ProcessLock } from "./process-lock.ts";
export { processStart } from "./process-start.ts";
export { systemClock } from "./system-clock.ts";
export { systemRandom } from "./system-random.ts";
