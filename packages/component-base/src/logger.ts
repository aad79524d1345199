/** Values that may stand in a log line. Never secrets or whole objects. */
export type LogPairs = Readonly<Record<string, string | number | boolean | null | undefined | Error>>;

/** A log line is a constant sentence plus pairs. */
export interface Logger {
  debug(message: string, pairs?: LogPairs): void;
  info(message: string, pairs?: LogPairs): void;
  warn(message: string, pairs?: LogPairs): void;
  error(message: string, pairs?: LogPairs): void;
  /** A logger that adds `pairs` to each line. */
  with(pairs: LogPairs): Logger;
}

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly pairs: LogPairs;
}

/** Hands each line to `sink`; for tests, and the base of other loggers. */
export function loggerTo(sink: (line: LogLine) => void, base: LogPairs = {}): Logger {
  const at =
    (level: LogLine["level"]) =>
    (message: string, pairs: LogPairs = {}): void =>
      sink({ level, message, pairs: { ...base, ...pairs } });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (pairs) => loggerTo(sink, { ...base, ...pairs }),
  };
}

/** Drops everything. */
export const silentLogger: Logger = loggerTo(() => undefined);
