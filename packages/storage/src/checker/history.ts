import type { Revision } from "../revision-store.ts";

/** A key as somebody saw it. */
export interface Seen {
  readonly key: string;
  readonly value: string;
  readonly modified: Revision;
  readonly created: Revision;
}

/** What a client asked for. Each value is written by one call only. */
export type Call =
  | { readonly kind: "commit"; readonly key: string; readonly expected: Revision; readonly value: string | undefined }
  | { readonly kind: "range"; readonly prefix: string; readonly revision?: Revision | undefined }
  | { readonly kind: "head" };

/** What it was answered. Without an answer, and with `unknown`, a commit may or may not have happened, or may do so later. */
export type Answer =
  | { readonly kind: "written"; readonly revision: Revision }
  | { readonly kind: "refused"; readonly current: Seen | undefined; readonly revision: Revision }
  | { readonly kind: "page"; readonly entries: readonly Seen[]; readonly revision: Revision }
  | { readonly kind: "head"; readonly revision: Revision }
  | { readonly kind: "unknown" }
  /** Nothing happened. */
  | { readonly kind: "failed"; readonly code: string };

/** A change as a watch delivered it. */
export interface SeenChange {
  readonly key: string;
  readonly value: string | undefined;
  readonly previous: Seen | undefined;
  readonly revision: Revision;
}

/** What happened, in the order in which it did: one line of a log. */
export type HistoryEvent =
  | { readonly at: "call"; readonly id: string; readonly call: Call }
  | { readonly at: "answer"; readonly id: string; readonly answer: Answer }
  | { readonly at: "watch"; readonly id: string; readonly prefix: string; readonly after: Revision }
  | { readonly at: "batch"; readonly id: string; readonly changes: readonly SeenChange[]; readonly revision: Revision };

/** A call with its answer and its time, counted in events. */
export interface Operation {
  readonly id: string;
  readonly call: Call;
  readonly answer: Answer;
  readonly start: number;
  /** Infinity: never answered. */
  readonly end: number;
}

export interface Watched {
  readonly id: string;
  readonly prefix: string;
  readonly after: Revision;
  readonly batches: readonly { readonly changes: readonly SeenChange[]; readonly revision: Revision }[];
}

export interface History {
  readonly operations: readonly Operation[];
  readonly watches: readonly Watched[];
}

/** Puts calls and answers together. */
export function historyOf(events: readonly HistoryEvent[]): History {
  const calls = new Map<string, { readonly call: Call; readonly start: number }>();
  const answers = new Map<string, { readonly answer: Answer; readonly end: number }>();
  const watches = new Map<string, { prefix: string; after: Revision; batches: Watched["batches"][number][] }>();
  events.forEach((event, time) => {
    if (event.at === "call") calls.set(event.id, { call: event.call, start: time });
    else if (event.at === "answer") answers.set(event.id, { answer: event.answer, end: time });
    else if (event.at === "watch") watches.set(event.id, { prefix: event.prefix, after: event.after, batches: [] });
    else watches.get(event.id)?.batches.push({ changes: event.changes, revision: event.revision });
  });
  const operations = [...calls].map(([id, { call, start }]): Operation => {
    const known = answers.get(id);
    // A commit of unknown outcome may still happen after its answer.
    const open = known === undefined || known.answer.kind === "unknown";
    return {
      id,
      call,
      start,
      answer: known?.answer ?? { kind: "unknown" },
      end: open ? Number.POSITIVE_INFINITY : known.end,
    };
  });
  return { operations, watches: [...watches].map(([id, watch]) => ({ id, ...watch })) };
}
