import pino, { type DestinationStream } from "pino";
import { messageOf } from "../errors.ts";
import { type LogLine, type LogPairs, type Logger, loggerTo } from "../logger.ts";

export interface LoggerOptions {
  /** Lines below are dropped; default `info`. */
  readonly level?: LogLine["level"] | undefined;
  /** `text` as klog writes it, `json` one object per line; default `text`. */
  readonly format?: "text" | "json" | undefined;
  /** A file to append to, or a stream; default: standard error. Lines are written before the call returns. */
  readonly destination?: string | DestinationStream | undefined;
  /** Stands in each text line, as klog's source file does. */
  readonly component: string;
}

const RANK = { debug: 0, info: 1, warn: 2, error: 3 } as const;
const LETTER = { debug: "D", info: "I", warn: "W", error: "E" } as const;

/** The log of a process. */
export function createLogger(options: LoggerOptions): Logger {
  const { level = "info", format = "text", component } = options;
  const stream = destinationOf(options.destination);
  const least = RANK[level];
  if (format === "text") {
    return loggerTo((line) => {
      if (RANK[line.level] >= least) stream.write(textLine(line, component, new Date()));
    });
  }
  const root = pino(
    { level, base: { component }, messageKey: "msg", timestamp: pino.stdTimeFunctions.isoTime },
    stream,
  );
  return loggerTo((line) => root[line.level](jsonPairs(line.pairs), line.message));
}

function destinationOf(destination: string | DestinationStream | undefined): DestinationStream {
  if (destination === undefined) return pino.destination({ dest: 2, sync: true });
  if (typeof destination === "string")
    return pino.destination({ dest: destination, sync: true, mkdir: true, append: true });
  return destination;
}

/** `I1120 19:31:07.123456 1234 kubelet] "Pod started" pod="default/web"`. */
function textLine({ level, message, pairs }: LogLine, component: string, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const micros = `${String(now.getMilliseconds()).padStart(3, "0")}000`;
  const rest = Object.entries(pairs).map(([key, value]) => ` ${key}=${textValue(value)}`);
  return `${LETTER[level]}${date} ${time}.${micros} ${process.pid} ${component}] ${JSON.stringify(message)}${rest.join("")}\n`;
}

function textValue(value: LogPairs[string]): string {
  if (value instanceof Error) return JSON.stringify(messageOf(value));
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function jsonPairs(pairs: LogPairs): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(pairs)) out[key] = value instanceof Error ? messageOf(value) : value;
  return out;
}
