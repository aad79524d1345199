import { type Event, events } from "@skates/api/core/v1";
import {
  type ConfigurationKind,
  type FieldError,
  type Infer,
  int32,
  invalid,
  invalidConfiguration,
  list,
  oneOf,
  opt,
  readConfiguration,
  ref,
  refuseFindings,
  req,
  required,
  StatusError,
  struct,
  typeMeta,
} from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin } from "@skates/apiserver";
import type { Clock } from "@skates/component-base";
import { type TokenBucket, tokenBucket } from "@skates/transport";
import { objectOf } from "./object-kind.ts";

const KEYS_MAX = 4096;

const EventLimit = struct("eventratelimit.admission.k8s.io/v1alpha1.Limit", {
  type: req(1, oneOf("Server", "Namespace", "User", "SourceAndObject"), "What is counted apart."),
  qps: req(2, int32, "Events a second in the long run."),
  burst: req(3, int32, "Events at once."),
  cacheSize: opt(4, int32, "How many are counted at a time; the one seen longest ago is forgotten first."),
});
interface EventLimit extends Infer<typeof EventLimit> {}
const EventRateLimitConfiguration = struct("eventratelimit.admission.k8s.io/v1alpha1.Configuration", {
  ...typeMeta,
  limits: req(1, list(ref<EventLimit>(() => EventLimit)), "All of them count."),
});
interface EventRateLimitConfiguration extends Infer<typeof EventRateLimitConfiguration> {}
const KINDS: readonly ConfigurationKind[] = [
  {
    group: "eventratelimit.admission.k8s.io",
    version: "v1alpha1",
    kind: "Configuration",
    schema: EventRateLimitConfiguration,
  },
];

/** Throws `InvalidConfiguration`, also when there is none: there are no limits by default. */
export function eventLimits(text: string | undefined): readonly EventLimit[] {
  if (text === undefined) throw invalidConfiguration("EventRateLimit: a configuration with limits is needed");
  const { limits } = readConfiguration<EventRateLimitConfiguration>(text, KINDS);
  refuseFindings(limits.length === 0 ? [required(["limits"])] : limits.flatMap(limitFindings));
  return limits;
}

function limitFindings({ type, qps, burst, cacheSize }: EventLimit, i: number): readonly FieldError[] {
  const path = ["limits", i];
  return [
    ...(qps > 0 ? [] : [invalid([...path, "qps"], qps, "must be positive")]),
    ...(burst > 0 ? [] : [invalid([...path, "burst"], burst, "must be positive")]),
    ...(cacheSize === undefined || cacheSize > 0
      ? []
      : [invalid([...path, "cacheSize"], cacheSize, "must not be negative")]),
    ...(cacheSize !== undefined && type === "Server"
      ? [invalid([...path, "cacheSize"], cacheSize, "must not be set for a limit of type Server")]
      : []),
  ];
}

/** No namespace, user, or source of events floods the store. */
export function eventRateLimit(limits: readonly EventLimit[], clock: Clock): AdmissionPlugin {
  const enforcers = limits.map((limit) => new LimitEnforcer(limit, clock));
  return {
    name: "EventRateLimit",
    handles: (attributes) => !attributes.dryRun && objectOf(attributes, events) !== undefined,
    async validate(attributes) {
      // Each limit counts the event, whichever of them refuses it.
      const refused = enforcers.filter((enforcer) => !enforcer.accept(attributes)).at(-1);
      if (refused === undefined) return;
      const { type, key } = refused.describe(attributes);
      throw new StatusError("TooManyRequests", `Too many requests: limit reached on type ${type} for key ${key}`);
    },
  };
}

/** A bucket of tokens for each key, the ones used last at the end. */
class LimitEnforcer {
  readonly #limit: EventLimit;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limit: EventLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  accept(attributes: AdmissionAttributes): boolean {
    const key = keyOf(this.#limit.type, attributes);
    const { qps, burst, cacheSize = KEYS_MAX } = this.#limit;
    const bucket = this.#buckets.get(key) ?? tokenBucket(this.#clock, burst, qps);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > cacheSize && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket.take();
  }

  describe(attributes: AdmissionAttributes): { readonly type: string; readonly key: string } {
    return { type: this.#limit.type, key: keyOf(this.#limit.type, attributes) };
  }
}

function keyOf(type: EventLimit["type"], attributes: AdmissionAttributes): string {
  switch (type) {
    case "Server":
      return "";
    case "Namespace":
      return attributes.namespace;
    case "User":
      return attributes.user.name;
    case "SourceAndObject": {
      const event = objectOf<Event>(attributes, events);
      const { kind, namespace, name, uid, apiVersion } = event?.involvedObject ?? {};
      const { component, host } = event?.source ?? {};
      return [component, host, kind, namespace, name, uid, apiVersion].join("");
    }
  }
}
