/**
 * When a commit fails, LMDB rejects, besides the promise it gave us, another that nobody can reach, and Node.js ends a process with an
 * unhandled rejection. While a store is open that one kind is let pass; all others end the process as they would without us.
 */
export function passStrayRejections(): Disposable {
  const listener = (reason: unknown): void => {
    if (isStrayOfLmdb(reason)) return;
    if (process.listeners("unhandledRejection").every((other) => other === listener)) throw reason;
  };
  process.on("unhandledRejection", listener);
  return { [Symbol.dispose]: () => process.off("unhandledRejection", listener) };
}

function isStrayOfLmdb(reason: unknown): boolean {
  return reason instanceof Error && "commitError" in reason && reason.message.startsWith("Commit failed");
}
