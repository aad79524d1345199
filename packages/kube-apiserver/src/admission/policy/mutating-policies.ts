import {
  type MutatingAdmissionPolicy,
  type MutatingAdmissionPolicyBinding,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
} from "@skates/api/admissionregistration/v1";
import { type ApiObject, equalValues, StatusError } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin } from "@skates/apiserver";
import { asError, messageOf } from "@skates/component-base";
import { RUNTIME_COST_BUDGET } from "@skates/cel";
import { PolicyInput } from "../expressions/policy-input.ts";
import { isAboutNamespaces } from "../expressions/request-activation.ts";
import { RequestAuthorizer } from "../expressions/request-authorizer.ts";
import { RequestEnvironments } from "../expressions/request-environment.ts";
import { RequestNamespace } from "../matching/request-labels.ts";
import { servesAll } from "../matching/stored-subjects.ts";
import { VersionedObjects } from "../matching/versioned-object.ts";
import { type BoundPolicy, type PolicyFault, PolicyMatcher } from "./bound-params.ts";
import { compileMutatingPolicy, type MutatingProgram } from "./mutating-program.ts";
import { mutatedObject } from "./mutated-object.ts";
import { denialByMutation } from "./policy-denial.ts";
import { isOutOfReach, policyHooks } from "./policy-hooks.ts";
import { errorTypeOf } from "./policy-metrics.ts";
import type { Param } from "./policy-params.ts";
import { Reinvocations } from "../matching/reinvocations.ts";
import type { PolicyOptions } from "./validating-policies.ts";

const NAME = "MutatingAdmissionPolicy";

type Bound = BoundPolicy<MutatingProgram>;
type Fault = PolicyFault<MutatingProgram>;

/** `MutatingAdmissionPolicy`: changes objects by the expressions of all policies that are bound to their kind, one after another. */
export function mutatingPolicyPlugin(options: PolicyOptions): AdmissionPlugin {
  const { registry } = options;
  const environments = new RequestEnvironments();
  const hooks = policyHooks<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, MutatingProgram>(
    registry,
    { policies: mutatingAdmissionPolicies, bindings: mutatingAdmissionPolicyBindings },
    (policy) => compileMutatingPolicy(environments, policy),
  );
  const matcher = new PolicyMatcher<MutatingProgram>(registry);
  let served: boolean | undefined;
  return {
    name: NAME,
    handles: ({ resource, operation }) => {
      served ??= servesAll(registry, [mutatingAdmissionPolicies, mutatingAdmissionPolicyBindings]);
      return operation !== "DELETE" && served && !isOutOfReach(resource) && !hooks.empty();
    },
    async mutate(attributes, signal) {
      await hooks.load(signal);
      const candidates = matcher.candidates(hooks.current(), attributes);
      if (candidates.length === 0) return attributes.object;
      const request = new RequestMutations(options, attributes);
      // What is asked of the request is decided before anything is changed, as upstream does.
      const bound: (Bound | Fault)[] = [];
      for (const candidate of candidates) bound.push(...(await matcher.bound(candidate, request, signal)));
      for (const each of bound) {
        if ("message" in each) request.fault(each);
        else for (const params of each.params) await request.mutate(each, params, signal);
      }
      return request.conclude();
    },
  };
}

/** What policies make of one object. */
class RequestMutations {
  readonly attributes: AdmissionAttributes;
  readonly namespace: RequestNamespace;
  readonly #options: PolicyOptions;
  readonly #authorizer: RequestAuthorizer;
  readonly #objects: VersionedObjects;
  readonly #memory: Reinvocations;
  readonly #faults: string[] = [];
  #object: ApiObject | undefined;

  constructor(options: PolicyOptions, attributes: AdmissionAttributes) {
    this.#options = options;
    this.attributes = attributes;
    this.namespace = new RequestNamespace(options.registry, attributes);
    this.#authorizer = new RequestAuthorizer(options.authorizer);
    this.#objects = new VersionedObjects(attributes);
    this.#object = attributes.object;
    this.#memory = Reinvocations.of(attributes.rounds, NAME);
    this.#memory.begin(attributes.rounds, attributes.object);
  }

  fault({ hook, binding, message }: Fault): void {
    this.#fail(hook.failOpen, { policy: hook.name, binding: binding?.name, message });
  }

  /** Evaluates one policy with one parameter, mutation after mutation. */
  async mutate(bound: Bound, params: Param | undefined, signal: AbortSignal): Promise<void> {
    const { hook, binding } = bound;
    const { rounds } = this.attributes;
    const id = [hook.name, binding.name, params?.object.metadata.namespace, params?.object.metadata.name].join("/");
    const input = await this.#input(bound, params, signal);
    const matched = await this.#authorizer.settle(() => input().conditions(hook.program.conditions), signal);
    if ("error" in matched) {
      this.#fail(hook.failOpen, { policy: hook.name, binding: binding.name, message: matched.error });
      return;
    }
    if (!matched.matches || !this.#memory.asks(rounds, id)) return;
    const before = this.#object;
    for (const mutation of hook.program.mutations) await this.#apply(bound, { mutation, params }, signal);
    if (!equalValues(before, this.#object)) {
      this.#memory.reinvokeAll();
      rounds.again();
    }
    if (hook.program.reinvoked) this.#memory.reinvocable.add(id);
  }

  /** Makes the input anew for the object as it is now. */
  async #input({ hook, resource }: Bound, params: Param | undefined, signal: AbortSignal): Promise<() => PolicyInput> {
    const namespace = isAboutNamespaces(this.attributes) ? undefined : await this.namespace.get(signal);
    return () => {
      const attributes = { ...this.attributes, object: this.#object };
      const values = {
        attributes,
        resource,
        objects: this.#objects,
        namespace,
        params: params?.object,
      };
      return new PolicyInput(values, hook.program.variables, this.#authorizer);
    };
  }

  async #apply(
    bound: Bound,
    {
      mutation,
      params,
    }: { readonly mutation: MutatingProgram["mutations"][number]; readonly params: Param | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const { hook, binding, resource } = bound;
    const attributes = { ...this.attributes, object: this.#object };
    const before = this.#objects.in(resource, this.#object);
    if (before === undefined) return;
    const startedMs = this.#options.clock.monotonicMs();
    const counted = (action: string, message?: string): void =>
      this.#options.metrics.checked(
        { policy: hook.name, binding: binding.name, action },
        message === undefined ? "no_error" : errorTypeOf(message),
        (this.#options.clock.monotonicMs() - startedMs) / 1000,
      );
    try {
      const input = await this.#input(bound, params, signal);
      const { expression } = mutation;
      if ("error" in expression) throw new Error(expression.error);
      const result = await this.#authorizer.settle(() => input().run(RUNTIME_COST_BUDGET).evaluate(expression), signal);
      if (!result.ok) throw new Error(result.error);
      this.#object = mutatedObject(mutation.type, result.value, { attributes, resource, before });
      counted("allow");
    } catch (error) {
      signal.throwIfAborted();
      counted("deny", messageOf(error));
      if (error instanceof StatusError) throw error;
      this.#fail(hook.failOpen, { policy: hook.name, binding: binding.name, message: asError(error).message });
    }
  }

  #fail(
    failOpen: boolean,
    {
      policy,
      binding,
      message,
    }: { readonly policy: string; readonly binding: string | undefined; readonly message: string },
  ): void {
    if (failOpen) return;
    const subject =
      binding === undefined ? `policy ${JSON.stringify(policy)}` : `policy '${policy}' with binding '${binding}'`;
    this.#faults.push(`${subject} denied request: ${message}`);
  }

  /** The object to be written. Throws where a policy could not be evaluated and its failures refuse. */
  conclude(): ApiObject | undefined {
    this.#memory.output = this.#object;
    if (this.#faults.length > 0) throw denialByMutation(this.attributes, this.#faults);
    return this.#object;
  }
}
