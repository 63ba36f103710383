/** Entry point of the threads that work on the parts of the battery for large data. */
import { FAMILIES } from "../battery.ts";
import { serveParts } from "./serve-parts.ts";

serveParts(FAMILIES);
