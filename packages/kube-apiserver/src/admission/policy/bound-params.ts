import { messageOf } from "@skates/component-base";
import type { Resource } from "@skates/apimachinery";
import type { AdmissionAttributes, Registry } from "@skates/apiserver";
import { type Candidate, MatchIndex, matchedResource } from "../matching/match-index.ts";
import { type RequestNamespace, selectsRequest } from "../matching/request-labels.ts";
import type { PolicyBinding, PolicyHook } from "./policy-hooks.ts";
import { collectParams, type Param } from "./policy-params.ts";

/** A policy that is to be evaluated over a request, by one binding, once for each parameter. */
export interface BoundPolicy<Program> {
  readonly hook: PolicyHook<Program>;
  readonly binding: PolicyBinding;
  /** In the version that the policy wants to see. */
  readonly resource: Resource;
  readonly params: readonly (Param | undefined)[];
}

/** A policy or binding that cannot be evaluated as it is configured; the failure policy decides. */
export interface PolicyFault<Program> {
  readonly hook: PolicyHook<Program>;
  readonly binding: PolicyBinding | undefined;
  readonly message: string;
}

interface MatchedRequest {
  readonly attributes: AdmissionAttributes;
  readonly namespace: RequestNamespace;
}

/** Finds the policies of a request. A request that none is about costs one look-up. */
export class PolicyMatcher<Program> {
  readonly #registry: Registry;
  readonly #policies: MatchIndex<PolicyHook<Program>>;
  readonly #bindings = new WeakMap<PolicyHook<Program>, MatchIndex<PolicyBinding>>();

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#policies = new MatchIndex(registry);
  }

  candidates(
    hooks: readonly PolicyHook<Program>[],
    attributes: AdmissionAttributes,
  ): readonly Candidate<PolicyHook<Program>>[] {
    return this.#policies.candidates(hooks, attributes);
  }

  /** What one candidate asks of a request. Throws only the end of the request. */
  async bound(
    candidate: Candidate<PolicyHook<Program>>,
    request: MatchedRequest,
    signal: AbortSignal,
  ): Promise<readonly (BoundPolicy<Program> | PolicyFault<Program>)[]> {
    const { subject: hook } = candidate;
    const { attributes } = request;
    const resource = matchedResource(candidate, attributes.name);
    if (resource === undefined) return [];
    try {
      if (!(await selectsRequest(hook.criteria, request, signal))) return [];
    } catch (error) {
      signal.throwIfAborted();
      return [{ hook, binding: undefined, message: `failed to configure policy: ${messageOf(error)}` }];
    }
    const out: (BoundPolicy<Program> | PolicyFault<Program>)[] = [];
    for (const bindingCandidate of this.#bindingsOf(hook).candidates(hook.bindings, attributes)) {
      const { subject: binding } = bindingCandidate;
      if (matchedResource(bindingCandidate, attributes.name) === undefined) continue;
      try {
        if (!(await selectsRequest(binding.criteria, request, signal))) continue;
        const { namespace } = attributes;
        const wanted = { kind: hook.paramKind, reference: binding.paramRef, namespace };
        out.push({ hook, binding, resource, params: await collectParams(this.#registry, wanted, signal) });
      } catch (error) {
        signal.throwIfAborted();
        out.push({ hook, binding, message: `failed to configure binding: ${messageOf(error)}` });
      }
    }
    return out;
  }

  #bindingsOf(hook: PolicyHook<Program>): MatchIndex<PolicyBinding> {
    let index = this.#bindings.get(hook);
    if (index === undefined) this.#bindings.set(hook, (index = new MatchIndex(this.#registry)));
    return index;
  }
}
