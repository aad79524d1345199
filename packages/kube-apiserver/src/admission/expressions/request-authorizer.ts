import type { AdmissionAttributes, AuthorizationAttributes, Authorizer, Decision } from "@skates/apiserver";
import { authorizerValue, type Binding, bindValue, type CelDecision, resourceAuthorizerValue } from "@skates/cel";
import { assert, messageOf } from "@skates/component-base";

/** More rounds of questions than cost limits let the expressions of one evaluation need. */
const ROUNDS_MAX = 100;

/**
 * The authorizer as expressions ask it: at once. What is not known yet is asked for meanwhile, and the evaluation runs again when the
 * answers are there. Decisions are kept for one request.
 */
export class RequestAuthorizer {
  readonly #authorizer: Authorizer;
  readonly #known = new Map<string, Decision | { readonly failure: unknown }>();
  readonly #asked = new Map<string, AuthorizationAttributes>();

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  /** What is not known yet counts as no opinion, in a run whose result is thrown away. */
  decide(attributes: AuthorizationAttributes): CelDecision {
    const key = JSON.stringify(attributes);
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#asked.set(key, attributes);
      return { decision: "no opinion", reason: "" };
    }
    return "failure" in known ? { decision: "no opinion", reason: "", error: messageOf(known.failure) } : known;
  }

  /** Runs an evaluation as often as it asks something new, and gives what the last run gave. */
  async settle<T>(evaluate: () => T, signal: AbortSignal): Promise<T> {
    for (let round = 1; ; round++) {
      const result = evaluate();
      if (this.#asked.size === 0) return result;
      assert(round < ROUNDS_MAX, "cost limits end the questions of an evaluation");
      await this.#answer(signal);
    }
  }

  async #answer(signal: AbortSignal): Promise<void> {
    const asked = [...this.#asked];
    this.#asked.clear();
    for (const [key, attributes] of asked) {
      try {
        this.#known.set(key, await this.#authorizer.authorize(attributes, signal));
      } catch (failure) {
        signal.throwIfAborted();
        this.#known.set(key, { failure });
      }
    }
  }
}

/** Values of `authorizer` and `authorizer.requestResource` for one request. */
export function authorizerActivation(
  { user, requested, subresource, namespace, name }: AdmissionAttributes,
  authorizer: RequestAuthorizer,
): Readonly<Record<string, Binding>> {
  const decide = (attributes: AuthorizationAttributes): CelDecision => authorizer.decide(attributes);
  const { group, plural: resource } = requested;
  return {
    authorizer: bindValue(authorizerValue(user, decide)),
    "authorizer.requestResource": bindValue(
      resourceAuthorizerValue(user, decide, { group, resource, subresource, namespace, name }),
    ),
  };
}
