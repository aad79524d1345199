/** Shows what is being done, and how long each step took. */
export interface Steps {
  /** Runs a step; prints its title and, when it is done, its time. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** A remark within the current step. */
  note(text: string): void;
  /** Milliseconds since the first step. */
  elapsedMs(): number;
}

/** One line a step when it ends: plain text, the same on a terminal and in a log. */
export function stepsTo(print: (line: string) => void): Steps {
  const startedMs = performance.now();
  return {
    async step(title, work) {
      const fromMs = performance.now();
      const result = await work();
      print(` ✓ ${title.padEnd(44)} ${seconds(performance.now() - fromMs)}`);
      return result;
    },
    note: (text) => print(`   ${text}`),
    elapsedMs: () => performance.now() - startedMs,
  };
}

/** `0.42 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
