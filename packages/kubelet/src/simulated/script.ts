/** How a simulated process goes on: it sleeps for so long and ends with the code; undefined: it runs until it is stopped. */
export interface Script {
  readonly afterMs: number;
  readonly exitCode: number;
}

/**
 * Understands `true`, `false`, `sleep N`, `exit N` and chains of them by `;` and `&&`, alone or in `sh -c`. Everything else is a
 * server that runs for ever.
 */
export function scriptOf(command: readonly string[], args: readonly string[]): Script | undefined {
  const words = [...command, ...args];
  const [shell, flag, text] = words;
  const isShell = /^(?:\/bin\/|\/usr\/bin\/)?(?:ba|a|da)?sh$/.test(shell ?? "") && /^-[a-z]*c$/.test(flag ?? "");
  return runLine(isShell ? (text ?? "") : words.join(" "));
}

function runLine(text: string): Script | undefined {
  let afterMs = 0;
  let exitCode = 0;
  let skip = false;
  for (const [, line = "", joint] of text.matchAll(/([^;&]*)(;|&&|$)/g)) {
    if (!skip) {
      const step = runWord(line.trim(), exitCode);
      if (step === undefined) return undefined;
      if (step.afterMs === Infinity) return undefined;
      afterMs += step.afterMs;
      exitCode = step.exitCode;
      if (step.ends) return { afterMs, exitCode };
    }
    skip = joint === "&&" && exitCode !== 0;
  }
  return text.trim() === "" ? undefined : { afterMs, exitCode };
}

function runWord(line: string, exitCode: number): (Script & { readonly ends?: boolean }) | undefined {
  const [word = "", value] = line.replace(/^(?:exec|command)\s+/, "").split(/\s+/);
  switch (word.replace(/^\/(?:usr\/)?bin\//, "")) {
    case "":
      return { afterMs: 0, exitCode };
    case "true":
    case ":":
      return { afterMs: 0, exitCode: 0 };
    case "false":
      return { afterMs: 0, exitCode: 1 };
    case "echo":
      return { afterMs: 0, exitCode: 0 };
    case "sleep":
      return sleep(value ?? "");
    case "exit":
      return { afterMs: 0, exitCode: value === undefined ? exitCode : Number(value) & 0xff, ends: true };
    default:
      return undefined;
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function sleep(value: string): Script | undefined {
  if (value === "infinity" || value === "inf") return { afterMs: Infinity, exitCode: 0 };
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(value) ?? [];
  if (amount === undefined) return { afterMs: 0, exitCode: 1 };
  return { afterMs: Number(amount) * (UNITS[unit === "" || unit === undefined ? "s" : unit] ?? 1000), exitCode: 0 };
}
