import { readFileSync } from "node:fs";
import { type Policy, policyKind, validatePolicy } from "@skates/api/audit/v1";
import { formatGroupVersion, readConfiguration, refuseFindings } from "@skates/apimachinery";
import type { Auditor, Registry } from "@skates/apiserver";
import { readKubeconfig } from "@skates/client/node";
import { type Component, type Env, messageOf, TaskGroup } from "@skates/component-base";
import { auditor, auditPolicy, type AuditSink, truncating, webhookSink } from "@skates/kube-apiserver";
import { auditLog } from "@skates/kube-apiserver/node";
import { httpsHandler } from "@skates/transport/node";
import { failure } from "../cli/errors.ts";
import type { AuditFlags } from "../component-flags/audit.ts";
import { DEFAULT_AUDIT_POLICY } from "./audit-policy.ts";

export interface Audit {
  /** Undefined: nobody takes events. */
  readonly audit: ((registry: Registry) => Auditor) | undefined;
  /** Writes what is waiting. */
  readonly sinks: Component;
}

/** The audit log by its flags. Throws with a word on what to do when a file cannot be used. */
export async function createAudit(flags: AuditFlags, env: Env): Promise<Audit> {
  const sinks = await sinksOf(flags, env);
  const policy = auditPolicy(policyOf(flags.policyFile));
  const { clock, random } = env;
  return {
    audit:
      sinks.length === 0
        ? undefined
        : (registry) =>
            auditor({
              policy,
              sinks,
              clock,
              random,
              findResource: (apiVersion, kind) =>
                registry.resources().find((known) => known.kind === kind && formatGroupVersion(known) === apiVersion),
            }),
    sinks: {
      name: "audit",
      ready: () => true,
      async run(signal) {
        const group = new TaskGroup(signal);
        for (const sink of sinks) group.spawn((inner) => sink.run(inner));
        await group.join();
      },
    },
  };
}

function policyOf(file: string | undefined): Policy {
  if (file === undefined || file === "") return DEFAULT_AUDIT_POLICY;
  try {
    const policy = readConfiguration<Policy>(readFileSync(file, "utf8"), [policyKind]);
    refuseFindings(validatePolicy(policy));
    return policy;
  } catch (error) {
    throw failure(`the audit policy ${file} cannot be used: ${messageOf(error)}`, "correct it");
  }
}

async function sinksOf(flags: AuditFlags, { clock, log, metrics }: Env): Promise<readonly AuditSink[]> {
  const counter = metrics.counter({
    name: "apiserver_audit_error_total",
    help: "Audit events that could not be written.",
    labels: ["plugin"],
  });
  const lostBy = (plugin: string) => (count: number) => counter.inc([plugin], count);
  const sinks: AuditSink[] = [];
  if (flags.log !== undefined) {
    const lost = lostBy("log");
    try {
      const sink = auditLog({ ...flags.log, clock, log, lost });
      sinks.push(flags.logEventBytesMax === undefined ? sink : truncating(sink, flags.logEventBytesMax, lost));
    } catch (error) {
      throw failure(`the audit log ${flags.log.path} cannot be opened: ${messageOf(error)}`, "name another file");
    }
  }
  if (flags.webhookFile !== undefined) {
    const lost = lostBy("webhook");
    const sink = await webhookOf(flags.webhookFile, { ...flags.webhookBatches, clock, log, lost });
    sinks.push(flags.webhookEventBytesMax === undefined ? sink : truncating(sink, flags.webhookEventBytesMax, lost));
  }
  return sinks;
}

async function webhookOf(
  file: string,
  options: Omit<Parameters<typeof webhookSink>[0], "handler" | "path">,
): Promise<AuditSink> {
  try {
    const { namespace: _, server, ...tls } = await readKubeconfig(file);
    const url = new URL(server);
    const { handler } = httpsHandler({ ...tls, server: url.origin });
    return webhookSink({ ...options, handler, path: url.pathname });
  } catch (error) {
    throw failure(`the kubeconfig of the audit webhook, ${file}, cannot be used: ${messageOf(error)}`, "correct it");
  }
}
