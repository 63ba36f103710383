/** Thread that finds the tests of rule files. */
import { serve } from "#kit/thread.ts";
import { type FindRequest, type FoundTests, findTests } from "./find-tests.ts";

void serve<FindRequest, FoundTests>(findTests);
