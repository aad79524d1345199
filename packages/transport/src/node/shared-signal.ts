import { setMaxListeners } from "node:events";

/**
 * One signal may bound any number of requests at a time, such as a component's own; Node.js takes more than ten listeners for a leak
 * and warns.
 */
export function sharedSignal(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}
