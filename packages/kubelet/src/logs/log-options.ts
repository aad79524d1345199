import { badRequest } from "@skates/apimachinery";

/** Which part of a container's log is wanted, and how. */
export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number | undefined;
  /** Only what was written later. */
  readonly sinceMs?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly stream: "All" | "Stdout" | "Stderr";
}

/** Reads the query of the kubelet's containerLogs, which is that of PodLogOptions. Throws BadRequest. */
export function parseLogOptions(query: URLSearchParams, nowMs: number): LogOptions {
  const number = (name: string, min: number): number | undefined => {
    const text = query.get(name) ?? "";
    if (text === "") return undefined;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min) throw badRequest(`{"message": "Invalid request."}`);
    return value;
  };
  const flag = (name: string): boolean => query.has(name) && !["false", "0"].includes(query.get(name) ?? "");
  const sinceSeconds = number("sinceSeconds", 1);
  const sinceTime = query.get("sinceTime") ?? "";
  const sinceMs = sinceSeconds === undefined ? undefined : nowMs - sinceSeconds * 1000;
  const tail = query.get("tail") ?? "";
  const stream = query.get("stream") ?? "";
  if (stream !== "" && stream !== "All" && stream !== "Stdout" && stream !== "Stderr") {
    throw badRequest(`invalid stream type ${JSON.stringify(stream)}`);
  }
  return {
    follow: flag("follow"),
    previous: flag("previous"),
    timestamps: flag("timestamps"),
    tailLines: tail === "" ? number("tailLines", 0) : tail === "all" ? undefined : number("tail", 0),
    sinceMs: sinceTime === "" ? sinceMs : Date.parse(sinceTime),
    limitBytes: number("limitBytes", 1),
    stream: stream === "" ? "All" : stream,
  };
}
