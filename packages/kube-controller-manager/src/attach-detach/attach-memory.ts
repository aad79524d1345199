import type { AttachMemory } from "./attach-view.ts";

/** The oldest are forgotten: then a wait begins anew, or something is told once more. */
const REMEMBERED_MAX = 10_000;

export function attachMemory(): AttachMemory {
  const since = new Map<string, number>();
  const told = new Map<string, ReadonlySet<string>>();
  return {
    unwantedSinceMs(id, unwanted, nowMs) {
      const known = since.get(id) ?? nowMs;
      if (unwanted) remember(since, id, known);
      else since.delete(id);
      return unwanted ? known : nowMs;
    },
    tell(id, message) {
      const before = told.get(id) ?? new Set();
      if (before.has(message)) return false;
      remember(told, id, new Set([...before, message].slice(-MESSAGES_MAX)));
      return true;
    },
    forget: (id) => void told.delete(id),
  };
}

/** Of one volume on one node. */
const MESSAGES_MAX = 20;

function remember<T>(map: Map<string, T>, id: string, value: T): void {
  map.set(id, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED_MAX && oldest !== undefined) map.delete(oldest);
}
