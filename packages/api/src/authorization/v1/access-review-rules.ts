import { type FieldError, invalid, type ObjectMeta, type Path } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import type { LocalSubjectAccessReview } from "./local-subject-access-review.ts";
import type { NonResourceAttributes } from "./non-resource-attributes.ts";
import type { ResourceAttributes } from "./resource-attributes.ts";
import type { SelfSubjectAccessReviewSpec } from "./self-subject-access-review.ts";
import type { SubjectAccessReviewSpec } from "./subject-access-review-spec.ts";

interface Asked {
  readonly resourceAttributes?: ResourceAttributes | undefined;
  readonly nonResourceAttributes?: NonResourceAttributes | undefined;
}

function askedFindings({ resourceAttributes, nonResourceAttributes }: Asked, path: Path): Findings {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const at = [...path, "nonResourceAttributes"];
    return [invalid(at, nonResourceAttributes, "cannot be specified in combination with resourceAttributes")];
  }
  if (resourceAttributes !== undefined || nonResourceAttributes !== undefined) return [];
  const at = [...path, "resourceAttributes"];
  return [invalid(at, null, "exactly one of nonResourceAttributes or resourceAttributes must be specified")];
}

/** One thing is asked. */
export function selfSubjectAccessReviewSpecRules(
  spec: SelfSubjectAccessReviewSpec,
  _old: unknown,
  path: Path,
): Findings {
  return askedFindings(spec, path);
}

/** One thing is asked about somebody. */
export function subjectAccessReviewSpecRules(spec: SubjectAccessReviewSpec, _old: unknown, path: Path): Findings {
  const nobody = (spec.user ?? "") === "" && (spec.groups ?? []).length === 0;
  return [
    ...askedFindings(spec, path),
    ...(nobody ? [invalid([...path, "user"], spec.user ?? "", "at least one of user or group must be specified")] : []),
  ];
}

/** A question is no object: it has no name. */
export function reviewMetadataRules(
  { metadata }: { readonly metadata: ObjectMeta },
  _old: unknown,
  path: Path,
): Findings {
  const { name, namespace, labels, annotations } = metadata;
  const empty = name === "" && (namespace ?? "") === "" && labels === undefined && annotations === undefined;
  return empty ? [] : [invalid([...path, "metadata"], { name, namespace, labels, annotations }, "must be empty")];
}

/** The question is about an object of the namespace it is asked in. */
export function localSubjectAccessReviewRules(review: LocalSubjectAccessReview, _old: unknown, path: Path): Findings {
  const { spec, metadata } = review;
  const out: FieldError[] = [];
  if (spec.nonResourceAttributes !== undefined) {
    const at = [...path, "spec", "nonResourceAttributes"];
    out.push(invalid(at, spec.nonResourceAttributes, "disallowed on this kind of request"));
  }
  const namespace = spec.resourceAttributes?.namespace ?? "";
  if (spec.resourceAttributes !== undefined && namespace !== (metadata.namespace ?? "")) {
    const at = [...path, "spec", "resourceAttributes", "namespace"];
    out.push(invalid(at, namespace, "must match metadata.namespace"));
  }
  return out;
}
