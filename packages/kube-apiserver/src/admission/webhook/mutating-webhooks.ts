import { mutatingWebhookConfigurations } from "@skates/api/admissionregistration/v1";
import { type ApiObject, equalValues, jsonText } from "@skates/apimachinery";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { RequestAuthorizer } from "../expressions/request-authorizer.ts";
import { MatchIndex } from "../matching/match-index.ts";
import { Reinvocations } from "../matching/reinvocations.ts";
import { RequestNamespace } from "../matching/request-labels.ts";
import { servesAll } from "../matching/stored-subjects.ts";
import { VersionedObjects } from "../matching/versioned-object.ts";
import { callWebhook, type Invocation, requestTimeout, type WebhookSurroundings } from "./call-webhook.ts";
import { isExempt, wantedBy } from "./choose-webhooks.ts";
import { type Patched, patchedObject } from "./patched-object.ts";
import { type CompiledWebhook, mutatingWebhooks } from "./webhook-source.ts";

const NAME = "MutatingAdmissionWebhook";
const MUTATION = "mutation.webhook.admission.k8s.io";
const PATCH = "patch.webhook.admission.k8s.io";

/** `MutatingAdmissionWebhook`: asks webhooks one after another, each about what the ones before have made of the object. */
export function mutatingWebhookPlugin(registry: Registry, surroundings: WebhookSurroundings): AdmissionPlugin {
  const source = mutatingWebhooks(registry);
  const index = new MatchIndex<CompiledWebhook>(registry);
  let served: boolean | undefined;
  return {
    name: NAME,
    handles: (attributes) => {
      served ??= servesAll(registry, [mutatingWebhookConfigurations]);
      return served && !isExempt(attributes) && !source.empty();
    },
    async mutate(attributes, signal) {
      await source.load(signal);
      const candidates = index.candidates(source.current(), attributes);
      if (candidates.length === 0) return attributes.object;
      const { metrics } = surroundings;
      const memory = Reinvocations.of(attributes.rounds, NAME);
      memory.begin(attributes.rounds, attributes.object);
      const authorizer = new RequestAuthorizer(surroundings.authorizer);
      const objects = new VersionedObjects(attributes);
      let current = attributes;
      for (const [position, candidate] of candidates.entries()) {
        const { subject: webhook } = candidate;
        const namespace = new RequestNamespace(registry, current);
        const request = { registry, attributes: current, namespace, objects, metrics, authorizer };
        const resource = await wantedBy(candidate, request, signal);
        if (resource === undefined || !memory.asks(attributes.rounds, webhook.id)) continue;
        const invocation = { webhook, resource, attributes: current, objects, mutating: true };
        const object = await changedBy(surroundings, { invocation, position }, signal);
        if (!sameObject(object, current.object)) {
          current = { ...current, object };
          memory.reinvokeAll();
          attributes.rounds.again();
        }
        if (webhook.reinvoked) memory.reinvocable.add(webhook.id);
        if (signal.aborted) throw requestTimeout();
      }
      memory.output = current.object;
      return current.object;
    },
  };
}

/** What one webhook makes of the object. */
async function changedBy(
  surroundings: WebhookSurroundings,
  { invocation, position }: { readonly invocation: Invocation; readonly position: number },
  signal: AbortSignal,
): Promise<ApiObject | undefined> {
  const { webhook, attributes } = invocation;
  const key = `round_${attributes.rounds.round}_index_${position}`;
  const onIgnored = (): void => attributes.annotate(`failed-open.${MUTATION}/${key}`, webhook.name);
  let patched: Patched | undefined;
  try {
    patched = await callWebhook(surroundings, invocation, {
      use: (answer) => patchedObject(answer, invocation),
      onIgnored,
      signal,
    });
  } finally {
    const mutated = patched !== undefined && !sameObject(patched.object, attributes.object);
    const { configuration, name } = webhook;
    attributes.annotate(`${MUTATION}/${key}`, jsonText({ configuration, webhook: name, mutated }));
  }
  if (patched === undefined) return attributes.object;
  const { configuration, name } = webhook;
  const patch = jsonText({ configuration, webhook: name, patch: patched.operations, patchType: "JSONPatch" });
  attributes.annotate(`${PATCH}/${key}`, patch);
  return patched.object;
}

function sameObject(one: ApiObject | undefined, other: ApiObject | undefined): boolean {
  return one === other || equalValues(one, other);
}
