/**
 * A software bill of materials of what the program is made of, from the lock file alone: CycloneDX 1.5 in `dist/sbom.cdx.json`.
 * Run: npm run sbom
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { billOfMaterials } from "./lib/bill-of-materials.ts";
import { ROOT } from "./lib/sources.ts";

const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), "utf8"));
const bill = billOfMaterials(read("package-lock.json"));
mkdirSync(join(ROOT, "dist"), { recursive: true });
const path = join(ROOT, "dist", "sbom.cdx.json");
writeFileSync(path, `${JSON.stringify(bill, undefined, 2)}\n`);
console.log(`${bill.components.length} components in ${path}`);
