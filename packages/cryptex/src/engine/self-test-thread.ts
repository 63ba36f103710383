/** Thread that runs the self tests. */
import { serve } from "#kit/thread.ts";
import { makeLibyara } from "./own-engine.ts";
import { runSelfTests, type SelfTestResult } from "./self-test.ts";

void serve<null, SelfTestResult[]>(() => [...runSelfTests(makeLibyara)]);
