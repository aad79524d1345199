/** What is needed of a `MessagePort`, of browsers or of Node.js. */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: "close" | "message", listener: (event: { readonly data?: unknown }) => void): void;
  start(): void;
  close(): void;
}
