import type { MatchResources, ParamKind, ParamRef } from "@skates/api/admissionregistration/v1";
import type { ApiObject, Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import { criteriaOf, type MatchCriteria } from "../matching/match-criteria.ts";
import { StoredSubjects } from "../matching/stored-subjects.ts";

/** A binding of a policy, compiled. */
export interface PolicyBinding {
  readonly name: string;
  readonly criteria: MatchCriteria;
  readonly paramRef: ParamRef | undefined;
  /** Of validating policies. */
  readonly actions: readonly string[];
}

/** A policy that has bindings, with what its expressions compile to. */
export interface PolicyHook<Program> {
  readonly name: string;
  readonly criteria: MatchCriteria;
  readonly paramKind: ParamKind | undefined;
  readonly failOpen: boolean;
  readonly bindings: readonly PolicyBinding[];
  readonly program: Program;
}

/** What policies of both sorts have. */
interface Policy extends ApiObject {
  readonly spec: {
    readonly paramKind?: ParamKind | undefined;
    readonly matchConstraints?: MatchResources | undefined;
    readonly failurePolicy?: string | undefined;
  };
}

interface Binding extends ApiObject {
  readonly spec: {
    readonly policyName?: string | undefined;
    readonly paramRef?: ParamRef | undefined;
    readonly matchResources?: MatchResources | undefined;
    readonly validationActions?: readonly string[] | undefined;
  };
}

/**
 * Policies with their bindings, by name. A policy is compiled when it is written, not when a binding or another policy changes.
 */
export function policyHooks<P extends Policy, B extends Binding, Program>(
  registry: Registry,
  kinds: { readonly policies: Resource<P>; readonly bindings: Resource<B> },
  compile: (policy: P) => Program,
): StoredSubjects<PolicyHook<Program>> {
  const programs = new WeakMap<P, Program>();
  const programOf = (policy: P): Program => {
    let program = programs.get(policy);
    if (program === undefined) {
      program = compile(policy);
      programs.set(policy, program);
    }
    return program;
  };
  return new StoredSubjects<PolicyHook<Program>>(registry, [kinds.policies, kinds.bindings], () => {
    const bindings = byPolicy(registry.cachedList<B>(kinds.bindings));
    return registry.cachedList<P>(kinds.policies).flatMap((policy) => {
      const bound = bindings.get(policy.metadata.name);
      if (bound === undefined) return [];
      const { matchConstraints, paramKind, failurePolicy } = policy.spec;
      const hook: PolicyHook<Program> = {
        name: policy.metadata.name,
        criteria: { ...criteriaOf(matchConstraints), rules: matchConstraints?.resourceRules ?? [] },
        paramKind,
        failOpen: failurePolicy === "Ignore",
        bindings: bound.map(compiledBinding),
        program: programOf(policy),
      };
      return [hook];
    });
  });
}

function byPolicy<B extends Binding>(bindings: readonly B[]): ReadonlyMap<string, readonly B[]> {
  const out = new Map<string, B[]>();
  for (const binding of bindings) {
    const policy = binding.spec.policyName ?? "";
    const found = out.get(policy);
    if (found === undefined) out.set(policy, [binding]);
    else found.push(binding);
  }
  return out;
}

function compiledBinding({ metadata, spec }: Binding): PolicyBinding {
  return {
    name: metadata.name,
    criteria: criteriaOf(spec.matchResources),
    paramRef: spec.paramRef,
    actions: spec.validationActions ?? [],
  };
}

const REVIEWS: ReadonlySet<string> = new Set(["authentication.k8s.io", "authorization.k8s.io"]);
const POLICIES: ReadonlySet<string> = new Set([
  "mutatingadmissionpolicies",
  "mutatingadmissionpolicybindings",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
]);

/** Policies are kept out of their own reach, and out of that of reviews, without which nobody could do anything. */
export function isOutOfReach({ group, plural }: Resource): boolean {
  return REVIEWS.has(group) || (group === "admissionregistration.k8s.io" && POLICIES.has(plural));
}
