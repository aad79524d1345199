import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { RequestAuthorizer } from "../expressions/request-authorizer.ts";
import { MatchIndex } from "../matching/match-index.ts";
import { RequestNamespace } from "../matching/request-labels.ts";
import { servesAll } from "../matching/stored-subjects.ts";
import { VersionedObjects } from "../matching/versioned-object.ts";
import { validatingWebhookConfigurations } from "@skates/api/admissionregistration/v1";
import { callWebhook, type Invocation, requestTimeout, type WebhookSurroundings } from "./call-webhook.ts";
import { isExempt, type MatchedRequest, wantedBy } from "./choose-webhooks.ts";
import { type CompiledWebhook, validatingWebhooks } from "./webhook-source.ts";

const FAILED_OPEN = "failed-open.validating.webhook.admission.k8s.io";

/** `ValidatingAdmissionWebhook`: asks all webhooks that match at the same time. */
export function validatingWebhookPlugin(registry: Registry, surroundings: WebhookSurroundings): AdmissionPlugin {
  const source = validatingWebhooks(registry);
  const index = new MatchIndex<CompiledWebhook>(registry);
  let served: boolean | undefined;
  return {
    name: "ValidatingAdmissionWebhook",
    handles: (attributes) => {
      served ??= servesAll(registry, [validatingWebhookConfigurations]);
      return served && !isExempt(attributes) && !source.empty();
    },
    async validate(attributes, signal) {
      await source.load(signal);
      const candidates = index.candidates(source.current(), attributes);
      if (candidates.length === 0) return;
      const { metrics } = surroundings;
      const objects = new VersionedObjects(attributes);
      const namespace = new RequestNamespace(registry, attributes);
      const authorizer = new RequestAuthorizer(surroundings.authorizer);
      const request: MatchedRequest = { registry, attributes, namespace, objects, metrics, authorizer };
      const invocations: Invocation[] = [];
      for (const candidate of candidates) {
        const resource = await wantedBy(candidate, request, signal);
        if (resource === undefined) continue;
        invocations.push({ webhook: candidate.subject, resource, attributes, objects, mutating: false });
      }
      if (signal.aborted) throw requestTimeout();
      await askAll(surroundings, invocations, signal);
    },
  };
}

/** The first refusal in time counts, as upstream has it; the other answers are waited for, since they leave notes. */
async function askAll(
  surroundings: WebhookSurroundings,
  invocations: readonly Invocation[],
  signal: AbortSignal,
): Promise<void> {
  let refusal: { readonly error: unknown } | undefined;
  const asked = invocations.map(async (invocation, position) => {
    const onIgnored = (): void => annotateIgnored(invocation.attributes, invocation.webhook.name, position);
    try {
      await callWebhook(surroundings, invocation, { use: () => undefined, onIgnored, signal });
    } catch (error) {
      refusal ??= { error };
    }
  });
  await Promise.all(asked);
  if (refusal !== undefined) throw refusal.error;
}

function annotateIgnored(attributes: AdmissionAttributes, webhook: string, position: number): void {
  attributes.annotate(`${FAILED_OPEN}/round_0_index_${position}`, webhook);
}
