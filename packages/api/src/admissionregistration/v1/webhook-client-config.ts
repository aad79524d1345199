import { type Infer, bytes, int32, opt, ref, req, string, struct } from "@skates/apimachinery";

export const WebhookClientConfig = struct("admissionregistration.k8s.io/v1.WebhookClientConfig", {
  url: opt(3, string, "", { keepZero: true }),
  service: opt(
    1,
    ref<ServiceReference>(() => ServiceReference),
    "",
  ),
  caBundle: opt(2, bytes, ""),
});
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}

export const ServiceReference = struct("admissionregistration.k8s.io/v1.ServiceReference", {
  namespace: req(1, string, ""),
  name: req(2, string, ""),
  path: opt(3, string, "", { keepZero: true }),
  port: opt(4, int32, "", { keepZero: true, default: 443 }),
});
export interface ServiceReference extends Infer<typeof ServiceReference> {}
