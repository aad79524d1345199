import { type ApiObject, equalValues } from "@skates/apimachinery";
import type { AdmissionRounds } from "@skates/apiserver";

/** What a plugin keeps from the first round of mutations to the second: who has been asked, and who is to be asked again. */
export class Reinvocations {
  /** The object as the plugin left it. */
  output: ApiObject | undefined;
  /** Those asked so far that want to be asked again when others change the object. */
  reinvocable = new Set<string>();
  readonly #again = new Set<string>();

  /** That of a plugin for this request. */
  static of({ kept }: AdmissionRounds, plugin: string): Reinvocations {
    const found = kept.get(plugin);
    if (found instanceof Reinvocations) return found;
    const made = new Reinvocations();
    kept.set(plugin, made);
    return made;
  }

  /** In the second round all are asked again if other plugins have changed the object since. */
  begin({ round }: AdmissionRounds, object: ApiObject | undefined): void {
    if (round === 1 && this.output !== object && !equalValues(this.output, object)) this.reinvokeAll();
  }

  reinvokeAll(): void {
    for (const id of this.reinvocable) this.#again.add(id);
    this.reinvocable = new Set();
  }

  /** In the second round nobody is asked for the first time. */
  asks({ round }: AdmissionRounds, id: string): boolean {
    return round === 0 || this.#again.has(id);
  }
}
