import { closeSync, fstatSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A finished request to the API server. */
export interface Call {
  /** Short: `job-controller`, `kubelet`, `kube-scheduler`, `kubernetes-admin`. */
  readonly who: string;
  readonly verb: string;
  /** With its subresource: `pods/status`. */
  readonly resource: string;
  readonly code: number;
}

/** Every request once, when it has been answered; of a watch when it began, for it may never end. */
const POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata" }],
};

interface AuditLine {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code?: number };
}

/** Counts the requests that a cluster's API server gets, by its audit log. */
export class AuditCalls {
  /** For `up`. */
  readonly flags: readonly string[];
  readonly #path: string;
  #at = 0;
  #rest = "";

  /** `directory` is there already and empty. */
  constructor(directory: string) {
    const policy = join(directory, "audit-policy.json");
    writeFileSync(policy, JSON.stringify(POLICY));
    this.#path = join(directory, "calls.log");
    const log = ["--audit-log-path", this.#path, "--audit-log-maxsize", "100000"];
    this.flags = ["--audit-policy-file", policy, ...log];
  }

  /** What was answered since this was called last. */
  take(): readonly Call[] {
    const lines = `${this.#rest}${this.#read()}`.split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.map((line): AuditLine => JSON.parse(line)).flatMap(callOf);
  }

  #read(): string {
    const file = openSync(this.#path, "r");
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - this.#at);
      this.#at += readSync(file, bytes, 0, bytes.length, this.#at);
      return bytes.toString("utf8");
    } finally {
      closeSync(file);
    }
  }
}

function callOf({ stage, verb, user, objectRef, responseStatus }: AuditLine): readonly Call[] {
  if ((verb === "watch") !== (stage === "ResponseStarted")) return [];
  const { resource = "", subresource } = objectRef ?? {};
  const who = user.username.replace(/^system:(?:serviceaccount:kube-system:)?/, "").replace(/^node:.*/, "kubelet");
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  return [{ who, verb, resource: whole, code: responseStatus?.code ?? 0 }];
}

/** How often each kind of call was made, the most frequent first: `kubelet patch pods/status`, with ` 409` when it was refused so. */
export function tally(calls: readonly Call[]): readonly (readonly [what: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { who, verb, resource, code } of calls) {
    const what = `${who} ${verb} ${resource}${code >= 400 ? ` ${code}` : ""}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}
