import type { NamedRuleWithOperations } from "@skates/api/admissionregistration/v1";
import type { Resource } from "@skates/apimachinery";
import type { AdmissionAttributes, Registry } from "@skates/apiserver";
import { equivalentResources } from "./equivalent-resources.ts";
import type { MatchCriteria } from "./match-criteria.ts";
import { matchesRule } from "./rule-match.ts";

/** Something that is asked about some requests. */
export interface Matching {
  readonly criteria: MatchCriteria;
}

/** One way in which requests of a sort match: by a rule, in a version. */
interface Way {
  /** Names that the rule is limited to; undefined: none. */
  readonly names: readonly string[] | undefined;
  readonly resource: Resource;
}

/** What may be asked about requests of one sort; names, selectors and conditions are still to be looked at. */
export interface Candidate<T extends Matching> {
  readonly subject: T;
  readonly ways: readonly Way[];
  readonly exclusions: readonly Way[];
}

/**
 * Who is asked about which requests, by operation, resource and subresource: worked out at the first request of a sort and kept until
 * the subjects or the served resources change. A request that nobody is asked about costs one look-up.
 */
export class MatchIndex<T extends Matching> {
  readonly #registry: Registry;
  readonly #bySort = new Map<string, readonly Candidate<T>[]>();
  #subjects: readonly T[] = [];
  #generation = -1;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Candidates in the order of `subjects`, which is compared by identity. */
  candidates(subjects: readonly T[], attributes: AdmissionAttributes): readonly Candidate<T>[] {
    if (subjects.length === 0) return NONE;
    const generation = this.#registry.servedGeneration();
    if (subjects !== this.#subjects || generation !== this.#generation) {
      this.#bySort.clear();
      this.#subjects = subjects;
      this.#generation = generation;
    }
    const { operation, requested, subresource } = attributes;
    const sort = `${operation} ${requested.group}/${requested.version}/${requested.plural}/${subresource}`;
    let found = this.#bySort.get(sort);
    if (found === undefined) {
      found = this.#work(attributes);
      this.#bySort.set(sort, found);
    }
    return found;
  }

  #work(attributes: AdmissionAttributes): readonly Candidate<T>[] {
    const others = equivalentResources(this.#registry, attributes);
    return this.#subjects.flatMap((subject) => {
      const { rules, excluded, equivalent } = subject.criteria;
      const versions = equivalent ? others : [];
      const ways =
        rules === undefined
          ? [{ names: undefined, resource: attributes.requested }]
          : waysOf(rules, attributes, versions);
      if (ways.length === 0) return [];
      const exclusions = waysOf(excluded, attributes, versions);
      return exclusions.some(({ names }) => names === undefined) ? [] : [{ subject, ways, exclusions }];
    });
  }
}

const NONE: readonly never[] = [];

/** The version of the request first, then others, each in the order of the rules. */
function waysOf(
  rules: readonly NamedRuleWithOperations[],
  { operation, requested, subresource }: AdmissionAttributes,
  others: readonly Resource[],
): readonly Way[] {
  const matching = (rule: NamedRuleWithOperations, resource: Resource): readonly Way[] => {
    if (!matchesRule(rule, { operation, resource, subresource })) return [];
    const names = (rule.resourceNames ?? []).length === 0 ? undefined : rule.resourceNames;
    return [{ names, resource }];
  };
  return [
    ...rules.flatMap((rule) => matching(rule, requested)),
    ...rules.flatMap((rule) => others.flatMap((resource) => matching(rule, resource))),
  ];
}

/** The resource, in the version that the subject wants to see; undefined: the names do not match. */
export function matchedResource<T extends Matching>(
  { ways, exclusions }: Candidate<T>,
  name: string,
): Resource | undefined {
  const fits = ({ names }: Way): boolean => names === undefined || names.includes(name);
  return exclusions.some(fits) ? undefined : ways.find(fits)?.resource;
}
