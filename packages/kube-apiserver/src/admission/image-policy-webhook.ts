import { type Pod, pods } from "@skates/api/core/v1";
import {
  decodeValue,
  bool,
  type Infer,
  int32,
  invalidConfiguration,
  isRecord,
  opt,
  parseYaml,
  ref,
  req,
  string,
  struct,
} from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin } from "@skates/apiserver";
import { type Clock, messageOf, must } from "@skates/component-base";
import { isWebhookFailure, type WebhookCaller } from "../webhooks/webhook-caller.ts";
import type { WebhookTarget } from "../webhooks/webhook-target.ts";
import { podOf } from "./pod-template.ts";
import { refusal } from "./refusal.ts";

const ANSWERS_MAX = 1024;
const TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;
const BACKOFF_FACTOR = 1.5;
const PREFIX = "imagepolicywebhook.image-policy.k8s.io/";
const FAILED_OPEN = "alpha.image-policy.k8s.io/failed-open";

const ImagePolicy = struct("admission/v1.ImagePolicy", {
  kubeConfigFile: req(1, string, "Kubeconfig that says where the webhook is and how this server proves itself."),
  allowTTL: opt(2, int32, "Seconds that a permission is remembered."),
  denyTTL: opt(3, int32, "Seconds that a refusal is remembered."),
  retryBackoff: opt(4, int32, "Milliseconds before the second attempt."),
  defaultAllow: opt(5, bool, "Lets images through when the webhook cannot be asked."),
});
interface ImagePolicy extends Infer<typeof ImagePolicy> {}
const ImagePolicyConfiguration = struct("admission/v1.ImagePolicyConfiguration", {
  imagePolicy: req(
    1,
    ref<ImagePolicy>(() => ImagePolicy),
    "The webhook.",
  ),
});
interface ImagePolicyConfiguration extends Infer<typeof ImagePolicyConfiguration> {}

export interface ImagePolicySettings {
  readonly kubeConfigFile: string;
  readonly allowMs: number;
  readonly denyMs: number;
  readonly backoffMs: number;
  readonly defaultAllow: boolean;
}

/** Throws `InvalidConfiguration`, also when there is none: somebody must be asked. */
export function imagePolicySettings(text: string | undefined): ImagePolicySettings {
  try {
    const value = parseYaml(text ?? "");
    if (!isRecord(value)) throw new Error("a configuration with imagePolicy is needed");
    const { object, strictErrors } = decodeValue<ImagePolicyConfiguration>(ImagePolicyConfiguration, value);
    if (strictErrors.length > 0) throw new Error(strictErrors.join(", "));
    const { kubeConfigFile, allowTTL, denyTTL, retryBackoff, defaultAllow = false } = object.imagePolicy;
    if (kubeConfigFile === "") throw new Error("imagePolicy.kubeConfigFile: Required value");
    return {
      kubeConfigFile,
      allowMs: bounded("allowTTL", (allowTTL ?? 300) * 1000, [1000, 1_800_000]),
      denyMs: bounded("denyTTL", (denyTTL ?? 30) * 1000, [1000, 1_800_000]),
      backoffMs: bounded("retryBackoff", retryBackoff ?? 500, [1, 300_000]),
      defaultAllow,
    };
  } catch (error) {
    throw invalidConfiguration(`ImagePolicyWebhook: ${messageOf(error)}`, error);
  }
}

function bounded(name: string, ms: number, [least, most]: readonly [number, number]): number {
  if (ms >= least && ms <= most) return ms;
  throw new Error(`imagePolicy.${name}: valid values are from ${least} ms to ${most} ms`);
}

/** What the webhook says of a pod's images. */
interface Verdict {
  readonly allowed: boolean;
  readonly reason: string;
  readonly untilMs: number;
}

export interface ImagePolicyOptions {
  readonly settings: ImagePolicySettings;
  readonly webhooks: WebhookCaller;
  /** Reads the kubeconfig. */
  readonly target: () => Promise<WebhookTarget>;
  readonly clock: Clock;
}

/** Somebody outside decides which images run. */
export function imagePolicyWebhook(options: ImagePolicyOptions): AdmissionPlugin {
  const { settings, clock } = options;
  const answers = new Map<string, Verdict>();
  return {
    name: "ImagePolicyWebhook",
    handles: ({ operation, resource, subresource, object, old }) =>
      (operation === "CREATE" || operation === "UPDATE") &&
      resource.group === "" &&
      resource.plural === pods.plural &&
      (subresource === "" || subresource === "ephemeralcontainers") &&
      JSON.stringify(imagesOf(podOf(object))) !== JSON.stringify(imagesOf(podOf(old))),
    async validate(attributes, signal) {
      const spec = specOf(attributes);
      const key = JSON.stringify(spec);
      const known = answers.get(key);
      let verdict = known !== undefined && known.untilMs > clock.monotonicMs() ? known : undefined;
      if (verdict === undefined) {
        try {
          verdict = await ask(options, spec, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!isWebhookFailure(error)) throw error;
          if (!settings.defaultAllow) throw refusal(attributes, messageOf(error));
          attributes.annotate(`${PREFIX}failed-open`, "true");
          attributes.annotate(FAILED_OPEN, "true");
          return;
        }
        answers.delete(key);
        answers.set(key, verdict);
        const [oldest] = answers.keys();
        if (answers.size > ANSWERS_MAX && oldest !== undefined) answers.delete(oldest);
      }
      if (verdict.allowed) return;
      throw refusal(
        attributes,
        verdict.reason === ""
          ? "one or more images rejected by webhook backend"
          : `image policy webhook backend denied one or more images: ${verdict.reason}`,
      );
    },
  };
}

function imagesOf(pod: Pod | undefined): readonly { readonly image: string }[] {
  if (pod === undefined) return [];
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  return [...containers, ...initContainers, ...ephemeralContainers].map(({ image = "" }) => ({ image }));
}

function specOf({ object, namespace }: AdmissionAttributes): object {
  const pod = must(podOf(object), "the pod");
  const annotations = Object.entries(pod.metadata.annotations ?? {}).filter(([key]) =>
    key.includes(".image-policy.k8s.io/"),
  );
  return { containers: imagesOf(pod), annotations: Object.fromEntries(annotations), namespace };
}

/** Failures are tried again, with growing pauses. */
async function ask(
  { settings, webhooks, target, clock }: ImagePolicyOptions,
  spec: object,
  signal: AbortSignal,
): Promise<Verdict> {
  const json = JSON.stringify({ kind: "ImageReview", apiVersion: "imagepolicy.k8s.io/v1alpha1", spec });
  for (let attempt = 1, pauseMs = settings.backoffMs; ; attempt++, pauseMs *= BACKOFF_FACTOR) {
    try {
      const answer = await webhooks.call({ target: await target(), json, timeoutMs: TIMEOUT_MS }, signal);
      const status = isRecord(answer) && isRecord(answer["status"]) ? answer["status"] : {};
      const allowed = status["allowed"] === true;
      const reason = typeof status["reason"] === "string" ? status["reason"] : "";
      const forMs = allowed ? settings.allowMs : settings.denyMs;
      return { allowed, reason, untilMs: clock.monotonicMs() + forMs };
    } catch (error) {
      if (attempt >= ATTEMPTS || !isWebhookFailure(error)) throw error;
      await clock.sleep(pauseMs, signal);
    }
  }
}
