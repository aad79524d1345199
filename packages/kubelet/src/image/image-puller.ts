import { asError, type Clock, messageOf } from "@skates/component-base";
import type { Pod } from "@skates/api/core/v1";
import type { EventRecorder, EventSubject } from "../event-recorder.ts";
import { type Backoff, IMAGE_BACKOFF, nextBackoff, waitUntil } from "../plan/backoff.ts";
import type { AnyContainer } from "../pod/containers.ts";
import type { RegistryAuth, Runtime } from "../runtime.ts";
import { StartFailure } from "../worker/start-failure.ts";
import { defaultPullPolicy, type ImageName, parseImageName } from "./image-name.ts";

/** Finds the credentials for an image; several are tried in order, none means anonymous. */
export type Credentials = (pod: Pod, image: ImageName, signal: AbortSignal) => Promise<readonly RegistryAuth[]>;

export interface ImagePullerOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly recorder: EventRecorder;
  readonly credentials: Credentials;
  /** Ends all pulls. */
  readonly signal: AbortSignal;
}

export interface ImageRequest {
  readonly pod: Pod;
  readonly container: AnyContainer;
  readonly about: EventSubject;
}

interface Failed {
  readonly backoff: Backoff;
  readonly atMs: number;
  readonly message: string;
}

/** A failed pull is shown as ErrImagePull for this long, then as ImagePullBackOff until it is tried again. */
const SHOW_ERROR_MS = 2000;
const REMEMBERED_MAX = 1000;

/** Makes images present, by the pull policy; equal pulls at one time are made once. Throws StartFailure. */
export class ImagePuller {
  readonly #options: ImagePullerOptions;
  readonly #pulls = new Map<string, Promise<string>>();
  readonly #failed = new Map<string, Failed>();
  constructor(options: ImagePullerOptions) {
    this.#options = options;
  }

  /** The id of the image, or its name where the runtime gives no id. */
  async ensure(request: ImageRequest, signal: AbortSignal): Promise<string> {
    const { recorder } = this.#options;
    const { container, about } = request;
    const image = container.image ?? "";
    const name = parseImageName(image);
    if (name === undefined) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
      recorder.event(about, "Warning", "InspectFailed", message);
      throw this.#told(about, new StartFailure("InvalidImageName", message));
    }
    const policy = container.imagePullPolicy ?? defaultPullPolicy(image);
    if (policy !== "Always") {
      const present = await this.#inspect(image, about, signal);
      if (present !== undefined) {
        recorder.event(
          about,
          "Normal",
          "Pulled",
          `Container image "${image}" already present on machine and can be accessed by the pod`,
        );
        return present;
      }
      if (policy === "Never") {
        const message = `Container image "${image}" is not present with pull policy of Never`;
        recorder.event(about, "Warning", "ErrImageNeverPull", message);
        throw this.#told(about, new StartFailure("ErrImageNeverPull", message));
      }
    }
    return await this.#pull(request, name, signal);
  }

  async #inspect(image: string, about: EventSubject, signal: AbortSignal): Promise<string | undefined> {
    try {
      return (await this.#options.runtime.image(image, signal))?.id;
    } catch (error) {
      if (signal.aborted) throw error;
      const message = `Failed to inspect image "${image}": ${messageOf(error)}`;
      this.#options.recorder.event(about, "Warning", "InspectFailed", message);
      throw this.#told(about, new StartFailure("ImageInspectError", message, { cause: error }));
    }
  }

  /** Whatever was said before, that the container could not be made is said once more. */
  #told(about: EventSubject, failure: StartFailure): StartFailure {
    this.#options.recorder.event(about, "Warning", "Failed", `Error: ${failure.reason}`);
    return failure;
  }

  async #pull({ pod, container, about }: ImageRequest, name: ImageName, signal: AbortSignal): Promise<string> {
    const { clock, recorder } = this.#options;
    const image = container.image ?? "";
    const key = `${pod.metadata.uid ?? ""}_${image}`;
    const failed = this.#failed.get(key);
    const nowMs = clock.nowMs();
    if (failed !== undefined) {
      const untilMs = waitUntil(failed.backoff, failed.atMs, nowMs, IMAGE_BACKOFF);
      if (untilMs !== undefined) {
        const message = `Back-off pulling image "${image}"`;
        recorder.event(about, "Normal", "BackOff", message);
        const why = `${message}: ErrImagePull: ${failed.message}`;
        throw this.#told(about, new StartFailure("ImagePullBackOff", why, { retryAfterMs: untilMs - nowMs }));
      }
    }
    recorder.event(about, "Normal", "Pulling", `Pulling image "${image}"`);
    try {
      const id = await this.#pullOnce({ pod, image, name }, signal);
      this.#failed.delete(key);
      const took = goMilliseconds(clock.nowMs() - nowMs);
      const size = (await this.#options.runtime.image(image, signal))?.sizeBytes ?? 0;
      const text = `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${size} bytes.`;
      recorder.event(about, "Normal", "Pulled", text);
      return id;
    } catch (error) {
      if (signal.aborted) throw error;
      throw this.#failure({ key, image, about }, failed, error);
    }
  }

  #failure(
    of: { key: string; image: string; about: EventSubject },
    before: Failed | undefined,
    error: unknown,
  ): StartFailure {
    const { clock, recorder } = this.#options;
    const atMs = clock.nowMs();
    // The runtime's words as they are; what lies beneath only says them again.
    const { message } = asError(error);
    recorder.event(of.about, "Warning", "Failed", `Failed to pull image "${of.image}": ${message}`);
    const backoff = nextBackoff(before?.backoff, atMs, atMs, IMAGE_BACKOFF);
    this.#failed.delete(of.key);
    this.#failed.set(of.key, { backoff, atMs, message });
    for (const oldest of this.#failed.keys()) {
      if (this.#failed.size <= REMEMBERED_MAX) break;
      this.#failed.delete(oldest);
    }
    return this.#told(
      of.about,
      new StartFailure("ErrImagePull", message, { retryAfterMs: SHOW_ERROR_MS, cause: error }),
    );
  }

  /** One pull per image and set of pull secrets at a time; a caller that leaves does not end it for the others. */
  #pullOnce(of: { pod: Pod; image: string; name: ImageName }, signal: AbortSignal): Promise<string> {
    const secrets = (of.pod.spec.imagePullSecrets ?? []).map((s) => s.name).join(",");
    const key = `${of.pod.metadata.namespace ?? ""}/${secrets}/${of.image}`;
    const pull =
      this.#pulls.get(key) ?? this.#tryCredentials(of, this.#options.signal).finally(() => this.#pulls.delete(key));
    this.#pulls.set(key, pull);
    return abortable(pull, signal);
  }

  async #tryCredentials(of: { pod: Pod; image: string; name: ImageName }, signal: AbortSignal): Promise<string> {
    const { runtime, credentials } = this.#options;
    const found = await credentials(of.pod, of.name, signal);
    let failure: unknown;
    for (const auth of found.length === 0 ? [undefined] : found) {
      try {
        return await runtime.pullImage(of.image, auth, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        failure = error;
      }
    }
    throw failure;
  }
}

/** `1.234s` or `56ms`. */
function goMilliseconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}ms` : `${Math.round(ms) / 1000}s`;
}

/** What the promise gives, unless the signal aborts first. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
