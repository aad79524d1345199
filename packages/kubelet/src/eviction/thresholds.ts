import { parseDuration, parseQuantity } from "@skates/apimachinery";

/** What is measured of a node, as upstream's flags name it. */
export type Signal =
  | "memory.available"
  | "nodefs.available"
  | "nodefs.inodesFree"
  | "imagefs.available"
  | "imagefs.inodesFree"
  | "pid.available";

/** What a node runs short of, as events and messages name it. */
export type Scarce = "memory" | "ephemeral-storage" | "inodes" | "pids";

/** An amount, or the part of all there is; `text`: an amount as it was written. */
export type Amount = { readonly number: number; readonly text: string } | { readonly part: number };

/** Below how much of something pods have to go. */
export interface Threshold {
  readonly signal: Signal;
  readonly value: Amount;
  /** How long it is to be missed before a pod goes for it; 0: a hard one. */
  readonly graceMs: number;
  /** What there must be beyond it until it counts as kept again. */
  readonly minReclaim?: Amount | undefined;
}

/** What the flags say, by the names of signals. */
export interface ThresholdTexts {
  readonly hard: ReadonlyMap<string, string>;
  readonly soft?: ReadonlyMap<string, string> | undefined;
  readonly softGracePeriod?: ReadonlyMap<string, string> | undefined;
  readonly minimumReclaim?: ReadonlyMap<string, string> | undefined;
}

const SCARCE: Readonly<Record<Signal, Scarce>> = {
  "memory.available": "memory",
  "nodefs.available": "ephemeral-storage",
  "nodefs.inodesFree": "inodes",
  "imagefs.available": "ephemeral-storage",
  "imagefs.inodesFree": "inodes",
  "pid.available": "pids",
};

/** Upstream's but for the disks (docs/decisions/eviction-of-pods.md). */
export const DEFAULT_EVICTION_HARD: ReadonlyMap<string, string> = new Map([
  ["memory.available", "100Mi"],
  ["nodefs.available", "5%"],
  ["nodefs.inodesFree", "5%"],
  ["imagefs.available", "5%"],
  ["imagefs.inodesFree", "5%"],
]);

export function scarceOf(signal: Signal): Scarce {
  return SCARCE[signal];
}

/** The thresholds of a node: the hard ones first. Throws, in upstream's words, for what no node could follow. */
export function parseThresholds(texts: ThresholdTexts): readonly Threshold[] {
  const grace = new Map([...(texts.softGracePeriod ?? [])].map(([name, text]) => [signalOf(name), gracePeriod(text)]));
  const reclaim = new Map(
    [...(texts.minimumReclaim ?? [])].map(([name, text]) => [signalOf(name), reclaimOf(name, text)]),
  );
  const list = (of: ReadonlyMap<string, string> | undefined, graceOf: (signal: Signal) => number): Threshold[] =>
    [...(of ?? [])].flatMap(([name, text]) => {
      const signal = signalOf(name);
      const value = valueOf(name, text);
      return value === undefined ? [] : [{ signal, value, graceMs: graceOf(signal), minReclaim: reclaim.get(signal) }];
    });
  const soft = list(texts.soft, (signal) => {
    const ms = grace.get(signal);
    if (ms !== undefined) return ms;
    throw new Error(`grace period must be specified for the soft eviction threshold ${signal}`);
  });
  return [...list(texts.hard, () => 0), ...soft];
}

/** How much that is, where `capacity` is all there is. */
export function amountOf(amount: Amount, capacity: number): number {
  return "part" in amount ? Math.trunc(capacity * amount.part) : amount.number;
}

function signalOf(name: string): Signal {
  if (isSignal(name)) return name;
  throw new Error(`unsupported eviction signal ${name}`);
}

function isSignal(name: string): name is Signal {
  return Object.hasOwn(SCARCE, name);
}

/** Undefined: the threshold is never missed. */
function valueOf(name: string, text: string): Amount | undefined {
  if (text === "0%" || text === "100%") return undefined;
  const part = partOf(text);
  if (part === undefined) {
    const quantity = parseQuantity(text);
    if (quantity.value() > 0) return { number: quantity.value(), text: quantity.toString() };
    throw new Error(`eviction threshold ${name} must be positive: ${text}`);
  }
  if (part < 0) throw new Error(`eviction percentage threshold ${name} must be >= 0%: ${text}`);
  if (part > 1) throw new Error(`eviction percentage threshold ${name} must be <= 100%: ${text}`);
  return { part };
}

function reclaimOf(name: string, text: string): Amount {
  const part = partOf(text);
  if (part === undefined) {
    const quantity = parseQuantity(text);
    if (quantity.value() >= 0) return { number: quantity.value(), text: quantity.toString() };
    throw new Error(`negative eviction minimum reclaim specified for ${name}`);
  }
  if (part <= 0) throw new Error(`eviction percentage minimum reclaim ${name} must be positive: ${text}`);
  return { part };
}

/** Undefined: no percentage. Single precision, as upstream, whose figures appear in messages. */
function partOf(text: string): number | undefined {
  if (!text.endsWith("%")) return undefined;
  const number = Number(text.slice(0, -1));
  if (text.length < 2 || !Number.isFinite(number)) throw new Error(`${JSON.stringify(text)} is no percentage`);
  return Math.fround(Math.fround(number) / 100);
}

function gracePeriod(text: string): number {
  const ms = parseDuration(text);
  if (ms >= 0) return ms;
  throw new Error(`invalid eviction grace period specified: ${text}, must be a positive value`);
}
