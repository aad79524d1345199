import type { CustomResourceDefinition } from "@skates/api/apiextensions/v1";
import { goQuote } from "@skates/apimachinery";
import type { Finding } from "./definition-status.ts";

/** Says who approved a kind in a group of the community: an address, or a text that starts with `unapproved`. */
export const APPROVAL = "api-approved.kubernetes.io";
const SEE = "see https://github.com/kubernetes/enhancements/pull/1111";

/** The finding on a kind's approval; undefined where its group needs none. */
export function approvalOf({ spec, metadata }: CustomResourceDefinition): Finding | undefined {
  if (!/(^|\.)(k8s\.io|kubernetes\.io)$/.test(spec.group)) return undefined;
  const given = metadata.annotations?.[APPROVAL] ?? "";
  const finding = (status: "True" | "False", reason: string, message: string): Finding => ({
    type: "KubernetesAPIApprovalPolicyConformant",
    status,
    reason,
    message,
  });
  const must = `protected groups must have approval annotation "${APPROVAL}"`;
  if (given === "") return finding("False", "MissingAnnotation", `${must}, ${SEE}`);
  if (given.startsWith("unapproved"))
    return finding("False", "UnapprovedAnnotation", `not approved: ${goQuote(given)}`);
  if (isAddress(given)) return finding("True", "ApprovedAnnotation", `approved in ${given}`);
  const either = 'with either a URL or a reason starting with "unapproved"';
  return finding("False", "InvalidAnnotation", `${must} ${either}, ${SEE}`);
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && new URL(text).host !== "";
}
