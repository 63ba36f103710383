/** A thread that works on the families of `deep-battery.ts`. */
import { serveParts } from "../../src/deep/engine/serve-parts.ts";
import { FAKE_FAMILIES } from "./deep-battery.ts";

serveParts(FAKE_FAMILIES);
