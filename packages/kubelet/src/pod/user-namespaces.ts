import { messageOf, OperatingError } from "@skates/component-base";
import type { IdRange } from "../runtime.ts";

/** How many users, and groups, a pod with users of its own has: upstream's number. */
const IDS_PER_POD = 65_536;

/** What a node notes about a pod with users of its own, so that a restarted kubelet knows it. */
export interface UserIdNotes {
  podUids(): Promise<readonly string[]>;
  /** undefined: nothing is noted. Throws when what is noted cannot be read. */
  userIds(uid: string): Promise<IdRange | undefined>;
  /** Durable when it resolves. Gone with the pod's directory. */
  keepUserIds(uid: string, ids: IdRange): Promise<void>;
}

/**
 * Hands out ids of the node to pods with `hostUsers: false`, so that root in one is nobody on the node and no two pods share an id. Each
 * pod has a block of its own; the first block is the node's own. Blocks are handed out in turn: one that was given back rests.
 */
export class UserNamespaces {
  readonly #notes: UserIdNotes;
  readonly #podsMax: number;
  /** Blocks by pod uid, counted from 1. */
  readonly #blocks = new Map<string, number>();
  readonly #problems = new Map<string, string>();
  #last = 0;

  constructor(notes: UserIdNotes, podsMax: number) {
    this.#notes = notes;
    this.#podsMax = podsMax;
  }

  /** Finds out what earlier kubelets handed out; call once, before the first `take`. What cannot be read is that pod's problem only. */
  async adopt(): Promise<void> {
    for (const uid of await this.#notes.podUids()) {
      try {
        const ids = await this.#notes.userIds(uid);
        if (ids !== undefined) this.#record(uid, ids);
      } catch (error) {
        this.#problems.set(uid, messageOf(error));
      }
    }
  }

  /** The ids of a pod, which keeps them until `release`. Throws `UserNamespaceUnavailable`, in upstream's words where it has some. */
  async take(uid: string): Promise<IdRange> {
    const problem = this.#problems.get(uid);
    if (problem !== undefined) throw unavailable(`user namespace: ${problem}`);
    const known = this.of(uid);
    if (known !== undefined) return known;
    const block = this.#free();
    if (block === undefined) {
      throw unavailable("create user namespace: could not find an empty slot to allocate a user namespace");
    }
    this.#blocks.set(uid, block);
    this.#last = block;
    const ids = rangeOf(block);
    try {
      await this.#notes.keepUserIds(uid, ids);
    } catch (error) {
      this.#blocks.delete(uid);
      throw error;
    }
    return ids;
  }

  /** undefined: the pod has the node's users. */
  of(uid: string): IdRange | undefined {
    const block = this.#blocks.get(uid);
    return block === undefined ? undefined : rangeOf(block);
  }

  /** Once nothing of the pod is left. Harmless for pods without. */
  release(uid: string): void {
    this.#blocks.delete(uid);
    this.#problems.delete(uid);
  }

  #record(uid: string, { first, length }: IdRange): void {
    if (length !== IDS_PER_POD) throw unavailable(`wrong user namespace length ${length}`);
    if (first % IDS_PER_POD !== 0) throw unavailable(`wrong user namespace offset specified ${first}`);
    const block = first / IDS_PER_POD;
    if (block < 1 || block > this.#podsMax) throw unavailable(`id ${first} is out of range`);
    if ([...this.#blocks.values()].includes(block)) {
      throw unavailable(`range picked for pod ${JSON.stringify(uid)} already taken`);
    }
    this.#blocks.set(uid, block);
    this.#last = Math.max(this.#last, block);
  }

  /** The next block after the last one that nobody has. */
  #free(): number | undefined {
    const taken = new Set(this.#blocks.values());
    for (let i = 0; i < this.#podsMax; i++) {
      const block = ((this.#last + i) % this.#podsMax) + 1;
      if (!taken.has(block)) return block;
    }
    return undefined;
  }
}

function rangeOf(block: number): IdRange {
  return { first: block * IDS_PER_POD, length: IDS_PER_POD };
}

function unavailable(message: string): OperatingError {
  return new OperatingError("UserNamespaceUnavailable", message);
}
