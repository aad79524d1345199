import { cidrWarnings } from "../../ip-warnings.ts";
import type { Ingress } from "./ingress.ts";
import type { NetworkPolicy } from "./network-policy.ts";

/** Of new ingresses: the class by annotation. */
export function ingressWarnings({ metadata }: Ingress, old: Ingress | undefined): readonly string[] {
  const annotated = old === undefined && metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined;
  const text = `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`;
  return annotated ? [text] : [];
}

/** Ranges of addresses that are written ambiguously. */
export function networkPolicyWarnings({ spec }: NetworkPolicy): readonly string[] {
  const rules = {
    ingress: (spec?.ingress ?? []).map(({ from }) => from),
    egress: (spec?.egress ?? []).map(({ to }) => to),
  } as const;
  const side = { ingress: "from", egress: "to" } as const;
  return (["ingress", "egress"] as const).flatMap((direction) =>
    rules[direction].flatMap((peers, i) =>
      (peers ?? []).flatMap(({ ipBlock }, j) => {
        const at = `spec.${direction}[${i}].${side[direction]}[${j}].ipBlock`;
        return [
          ...cidrWarnings(ipBlock?.cidr ?? "", `${at}.cidr`),
          ...(ipBlock?.except ?? []).flatMap((cidr, k) => cidrWarnings(cidr, `${at}.except[${k}]`)),
        ];
      }),
    ),
  );
}
