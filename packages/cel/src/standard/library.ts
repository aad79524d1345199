import type { Library } from "../declaration.ts";
import { STANDARD_MACROS } from "../parser/standard-macros.ts";
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  stringType,
  timestampType,
  typeType,
  uintType,
} from "../type.ts";
import { standardFunctions } from "./functions.ts";
import { operatorFunctions } from "./operators.ts";

/** The language itself: operators, functions, macros and the names of its types. */
export const STANDARD_LIBRARY: Library = {
  name: "stdlib",
  functions: [...operatorFunctions(), ...standardFunctions()],
  macros: STANDARD_MACROS,
  types: [
    boolType,
    bytesType,
    doubleType,
    durationType,
    intType,
    listType(dynType),
    mapType(dynType, dynType),
    nullType,
    stringType,
    timestampType,
    typeType,
    uintType,
  ],
};
