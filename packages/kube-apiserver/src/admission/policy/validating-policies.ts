import {
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
} from "@skates/api/admissionregistration/v1";
import type { Namespace } from "@skates/api/core/v1";
import { jsonText } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Authorizer, Registry } from "@skates/apiserver";
import type { Clock } from "@skates/component-base";
import { PolicyInput } from "../expressions/policy-input.ts";
import { isAboutNamespaces } from "../expressions/request-activation.ts";
import { RequestAuthorizer } from "../expressions/request-authorizer.ts";
import { RequestEnvironments } from "../expressions/request-environment.ts";
import { RequestNamespace } from "../matching/request-labels.ts";
import { servesAll } from "../matching/stored-subjects.ts";
import { VersionedObjects } from "../matching/versioned-object.ts";
import { type BoundPolicy, type PolicyFault, PolicyMatcher } from "./bound-params.ts";
import { denialByPolicy } from "./policy-denial.ts";
import { evaluatePolicy, type PolicyDecision, type PolicyVerdict } from "./policy-evaluation.ts";
import { isOutOfReach, policyHooks } from "./policy-hooks.ts";
import { errorTypeOf, type PolicyMetrics } from "./policy-metrics.ts";
import { compileValidatingPolicy, type ValidatingProgram } from "./validating-program.ts";

export interface PolicyOptions {
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly metrics: PolicyMetrics;
}

const FAILURES = "validation.policy.admission.k8s.io/validation_failure";
const FAILURES_MAX = 50;
const NOTE_MAX = 10 * 1024;

type Bound = BoundPolicy<ValidatingProgram>;
type Fault = PolicyFault<ValidatingProgram>;

/** `ValidatingAdmissionPolicy`: checks objects by the expressions of all policies that are bound to their kind. */
export function validatingPolicyPlugin(options: PolicyOptions): AdmissionPlugin {
  const { registry } = options;
  const environments = new RequestEnvironments();
  const hooks = policyHooks<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingProgram>(
    registry,
    { policies: validatingAdmissionPolicies, bindings: validatingAdmissionPolicyBindings },
    (policy) => compileValidatingPolicy(environments, policy),
  );
  const matcher = new PolicyMatcher<ValidatingProgram>(registry);
  let served: boolean | undefined;
  return {
    name: "ValidatingAdmissionPolicy",
    handles: ({ resource }) => {
      served ??= servesAll(registry, [validatingAdmissionPolicies, validatingAdmissionPolicyBindings]);
      return served && !isOutOfReach(resource) && !hooks.empty();
    },
    async validate(attributes, signal) {
      await hooks.load(signal);
      const candidates = matcher.candidates(hooks.current(), attributes);
      if (candidates.length === 0) return;
      const request = new RequestChecks(options, attributes);
      for (const candidate of candidates) {
        for (const bound of await matcher.bound(candidate, request, signal)) {
          if ("message" in bound) request.fault(bound);
          else await request.check(bound, signal);
        }
      }
      request.conclude();
    },
  };
}

interface Denied {
  readonly policy: string;
  readonly binding: string | undefined;
  readonly message: string;
  readonly reason: string;
}

/** What policies say about one request. */
class RequestChecks {
  readonly attributes: AdmissionAttributes;
  readonly namespace: RequestNamespace;
  readonly #options: PolicyOptions;
  readonly #objects: VersionedObjects;
  readonly #authorizer: RequestAuthorizer;
  readonly #denied: Denied[] = [];
  readonly #audited: object[] = [];
  readonly #notes = new Map<string, Set<string>>();

  constructor(options: PolicyOptions, attributes: AdmissionAttributes) {
    this.#options = options;
    this.attributes = attributes;
    this.namespace = new RequestNamespace(options.registry, attributes);
    this.#objects = new VersionedObjects(attributes);
    this.#authorizer = new RequestAuthorizer(options.authorizer);
  }

  fault({ hook, binding, message }: Fault): void {
    if (!hook.failOpen) this.#denied.push({ policy: hook.name, binding: binding?.name, message, reason: "" });
  }

  async check(bound: Bound, signal: AbortSignal): Promise<void> {
    const { attributes } = this;
    const namespace = isAboutNamespaces(attributes) ? undefined : await this.namespace.get(signal);
    for (const params of bound.params) {
      const startedMs = this.#options.clock.monotonicMs();
      const verdict = await this.#evaluate(bound, { namespace, params }, signal);
      this.#take(bound, verdict, (this.#options.clock.monotonicMs() - startedMs) / 1000);
    }
  }

  #evaluate(
    { hook, resource }: Bound,
    { namespace, params }: { readonly namespace: Namespace | undefined; readonly params: Bound["params"][number] },
    signal: AbortSignal,
  ): Promise<PolicyVerdict> {
    const { attributes } = this;
    const values = { attributes, resource, objects: this.#objects, namespace, params: params?.object };
    const evaluate = (): PolicyVerdict => {
      const input = new PolicyInput(values, hook.program.variables, this.#authorizer);
      return evaluatePolicy(hook.program, input, hook.failOpen);
    };
    return this.#authorizer.settle(evaluate, signal);
  }

  #take({ hook, binding }: Bound, { decisions, notes }: PolicyVerdict, seconds: number): void {
    for (const [index, decision] of decisions.entries()) this.#decided({ hook, binding }, { decision, index, seconds });
    for (const note of notes) {
      if ("key" in note) this.#note(`${hook.name}/${note.key}`, note.value);
      else this.#denied.push({ policy: hook.name, binding: binding.name, message: note.error, reason: "" });
    }
  }

  #decided(
    { hook, binding }: Pick<Bound, "hook" | "binding">,
    {
      decision,
      index,
      seconds,
    }: { readonly decision: PolicyDecision; readonly index: number; readonly seconds: number },
  ): void {
    const error = decision.failed ? errorTypeOf(decision.message) : decision.allowed ? "no_error" : "invalid_error";
    const counted = (action: string): void =>
      this.#options.metrics.checked({ policy: hook.name, binding: binding.name, action }, error, seconds);
    if (decision.allowed) {
      if (decision.failed) counted("allow");
      return;
    }
    const { message, reason } = decision;
    for (const action of binding.actions) {
      counted(action.toLowerCase());
      if (action === "Deny") this.#denied.push({ policy: hook.name, binding: binding.name, message, reason });
      else if (action === "Warn") {
        const subject = `ValidatingAdmissionPolicy '${hook.name}' with binding '${binding.name}'`;
        this.attributes.warn(`Validation failed for ${subject}: ${message}`);
      } else if (action === "Audit") {
        const where = { message, policy: hook.name, binding: binding.name, expressionIndex: index };
        this.#audited.push({ ...where, validationActions: binding.actions });
      }
    }
  }

  /** Several bindings may say several things under one key. */
  #note(key: string, value: string): void {
    const values = this.#notes.get(key) ?? new Set<string>();
    values.add(value.slice(0, NOTE_MAX));
    this.#notes.set(key, values);
  }

  /** Leaves the notes and throws the first refusal. */
  conclude(): void {
    const { attributes } = this;
    for (const [key, values] of this.#notes) attributes.annotate(key, [...values].join(", "));
    if (this.#audited.length > 0) attributes.annotate(FAILURES, jsonText(this.#audited.slice(0, FAILURES_MAX)));
    const [first] = this.#denied;
    if (first === undefined) return;
    const binding = first.binding === undefined ? "" : ` with binding '${first.binding}'`;
    const message = `ValidatingAdmissionPolicy '${first.policy}'${binding} denied request: ${first.message}`;
    throw denialByPolicy(attributes, message, first.reason);
  }
}
