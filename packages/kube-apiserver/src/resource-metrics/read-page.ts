/** What one container, or a node as a whole, has used and uses. */
export interface UsageReading {
  /** When it was read. */
  readonly timestampMs: number;
  /** Since the start. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** What a kubelet tells in one answer. */
export interface NodeReading {
  readonly node: UsageReading | undefined;
  /** By `<namespace>/<pod>`, then by container. */
  readonly pods: ReadonlyMap<string, ReadonlyMap<string, UsageReading>>;
}

const LINE = /^([a-z_]+)(?:\{([^}]*)\})? (\S+)(?: (\d+))?$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;

/** Reads a kubelet's `/metrics/resource`; lines that mean nothing to us are passed over. */
export function readResourcePage(text: string, nowMs: number): NodeReading {
  const node: Partial<Record<Field, Value>> = {};
  const pods = new Map<string, Map<string, Partial<Record<Field, Value>>>>();
  for (const line of text.split("\n")) {
    const [, name = "", labels = "", number = "", time] = LINE.exec(line) ?? [];
    const field = name.endsWith("cpu_usage_seconds_total")
      ? "cpuSeconds"
      : name.endsWith("memory_working_set_bytes")
        ? "memoryBytes"
        : undefined;
    if (field === undefined || !Number.isFinite(Number(number))) continue;
    const value = { value: Number(number), timestampMs: time === undefined ? nowMs : Number(time) };
    if (name.startsWith("node_")) node[field] = value;
    if (!name.startsWith("container_")) continue;
    const { namespace = "", pod = "", container = "" } = labelsOf(labels);
    if (pod === "" || container === "") continue;
    const key = `${namespace}/${pod}`;
    const containers = pods.get(key) ?? new Map<string, Partial<Record<Field, Value>>>();
    pods.set(key, containers);
    containers.set(container, { ...containers.get(container), [field]: value });
  }
  return { node: whole(node), pods: new Map([...pods].map(([key, parts]) => [key, wholes(parts)])) };
}

type Field = "cpuSeconds" | "memoryBytes";
interface Value {
  readonly value: number;
  readonly timestampMs: number;
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(LABEL)) out[name] = value;
  return out;
}

function wholes(parts: ReadonlyMap<string, Partial<Record<Field, Value>>>): ReadonlyMap<string, UsageReading> {
  const out = new Map<string, UsageReading>();
  for (const [container, part] of parts) {
    const reading = whole(part);
    if (reading !== undefined) out.set(container, reading);
  }
  return out;
}

function whole({ cpuSeconds, memoryBytes }: Partial<Record<Field, Value>>): UsageReading | undefined {
  if (cpuSeconds === undefined || memoryBytes === undefined) return undefined;
  return { timestampMs: cpuSeconds.timestampMs, cpuSeconds: cpuSeconds.value, memoryBytes: memoryBytes.value };
}
