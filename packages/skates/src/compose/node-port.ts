import type { MessagePort } from "node:worker_threads";
import type { Port } from "@skates/client";

/** A message port of Node.js in the form that browsers have too. */
export function nodePort(port: MessagePort): Port {
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    addEventListener: (type, listener) => {
      if (type === "close") port.on("close", () => listener({}));
      else port.on("message", (data: unknown) => listener({ data }));
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}
