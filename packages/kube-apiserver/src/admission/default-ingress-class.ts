import { type Ingress, type IngressClass, ingressClasses, ingresses } from "@skates/api/networking/v1";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { defaultClass } from "@skates/api";
import { objectOf } from "./object-kind.ts";

/** Ingresses that name no class, in the field or in the annotation of old, get the default one. */
export function defaultIngressClass(registry: Registry): AdmissionPlugin {
  return {
    name: "DefaultIngressClass",
    handles: (attributes) => attributes.operation === "CREATE" && objectOf(attributes, ingresses) !== undefined,
    async mutate(attributes) {
      const ingress = must(objectOf<Ingress>(attributes, ingresses), "the ingress");
      const old = ingress.metadata.annotations?.["kubernetes.io/ingress.class"];
      if (ingress.spec?.ingressClassName !== undefined || old !== undefined) return ingress;
      const classes = registry.cachedList<IngressClass>(ingressClasses);
      const found = defaultClass(classes, ["ingressclass.kubernetes.io/is-default-class"]);
      if (found === undefined) return ingress;
      return { ...ingress, spec: { ...ingress.spec, ingressClassName: found.metadata.name } };
    },
  };
}
