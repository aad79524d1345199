import { readFileSync } from "node:fs";
import { CustomResourceDefinition } from "@skates/api/apiextensions/v1";
import { typesOfDefinition } from "@skates/api/custom-resource";
import { decodeValue, isRecord, parseYaml } from "@skates/apimachinery";
import { messageOf } from "@skates/component-base";
import type { Command } from "../cli/command.ts";
import { CliError, EXIT, usageError } from "../cli/errors.ts";

/** Writes TypeScript types for the definitions in a file. */
export const crdToTs: Command = {
  name: "crd-to-ts",
  summary:
    "Writes TypeScript types for the objects of custom resource definitions, to standard output. Needs no cluster.",
  usage: "skates crd-to-ts FILE",
  takesArgs: true,
  flags: {},
  run({ args, print }) {
    const [file, ...more] = args;
    if (file === undefined || more.length > 0) throw usageError("name one file: skates crd-to-ts FILE");
    const definitions = documentsOf(file).filter(
      (value) => isRecord(value) && value["kind"] === "CustomResourceDefinition",
    );
    if (definitions.length === 0) {
      throw new CliError(EXIT.failed, `${file} has no CustomResourceDefinition: name a file with one in YAML or JSON`);
    }
    for (const definition of definitions) {
      print(typesOfDefinition(decodeValue<CustomResourceDefinition>(CustomResourceDefinition, definition).object));
    }
    return Promise.resolve(EXIT.done);
  },
};

/** All documents of a file, those within lists too. */
function documentsOf(file: string): readonly unknown[] {
  try {
    const documents = readFileSync(file, "utf8").split(/^---[ \t]*(?:#.*)?$/m);
    return documents.map(parseYaml).flatMap((value): readonly unknown[] => {
      return isRecord(value) && Array.isArray(value["items"]) ? value["items"] : [value];
    });
  } catch (cause) {
    throw new CliError(EXIT.failed, `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
