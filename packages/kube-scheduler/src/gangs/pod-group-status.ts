import { type Condition, formatTime, isStatus } from "@skates/apimachinery";
import { type PodGroup, podGroups } from "@skates/api/scheduling/v1alpha2";
import type { Client } from "@skates/client";
import type { Clock } from "@skates/component-base";

const TYPE = "PodGroupScheduled";

/** What came of scheduling a group. */
export interface GroupOutcome {
  readonly scheduled: boolean;
  /** Why not. */
  readonly message: string;
}

/** Tells in the status of groups whether their pods were scheduled. It is said once for all that they were: what comes later is the pods'. */
export class PodGroupStatuses {
  readonly #client: Client;
  readonly #clock: Clock;
  /** By uid of the group, what was said last. */
  readonly #said = new Map<string, string>();

  constructor({ client, clock }: { readonly client: Client; readonly clock: Clock }) {
    this.#client = client;
    this.#clock = clock;
  }

  /** True if the group's status does not say so yet. */
  news({ metadata, status }: PodGroup, { scheduled, message }: GroupOutcome): boolean {
    const said = status?.conditions?.find(({ type }) => type === TYPE);
    if (said?.status === "True") return false;
    const { uid = "" } = metadata;
    return this.#said.get(uid) !== `${scheduled}${message}` && (scheduled || said?.message !== message);
  }

  /** Writes it. Rejects where that fails, unless the group is gone. */
  async write(group: PodGroup, { scheduled, message }: GroupOutcome, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid = "" } = group.metadata;
    const old = group.status?.conditions?.find(({ type }) => type === TYPE);
    const status = scheduled ? "True" : "False";
    const condition: Condition = {
      type: TYPE,
      status,
      reason: scheduled ? "Scheduled" : "Unschedulable",
      message,
      lastTransitionTime: old?.status === status ? old.lastTransitionTime : formatTime(this.#clock.nowMs()),
    };
    const body = { metadata: { uid }, status: { conditions: [condition] } };
    this.#remember(uid, `${scheduled}${message}`);
    try {
      const typed = this.#client.resource<PodGroup>(podGroups).sub("status");
      await typed.patch({ name, namespace }, { type: "strategic", body }, {}, signal);
    } catch (error) {
      this.#said.delete(uid);
      if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
    }
  }

  #remember(uid: string, text: string): void {
    this.#said.delete(uid);
    this.#said.set(uid, text);
    const [oldest] = this.#said.keys();
    if (this.#said.size > SAID_MAX && oldest !== undefined) this.#said.delete(oldest);
  }
}

/** Groups of which is kept what was said; of others it is said once more. */
const SAID_MAX = 10_000;
