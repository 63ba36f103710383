/**
 * The scoreboard of the predictors of SP 800-90B §6.3.7–§6.3.9 for bit strings, 32 predictions at a time.
 *
 * The predictor with the most hits so far makes the prediction; of several, the one that got there last. Nearly all
 * predictors cannot reach the highest score within a block, so only their number of hits in it matters; the others are
 * followed bit by bit.
 */

import { onesIn } from "../math/bit-words.ts";
import type { Score } from "./prediction.ts";

export class BitTournament {
  /** A 1 for each place of the block at which predictor j was right. The first place is the highest bit. */
  readonly hits: Int32Array;
  /** A 1 for each place of the block at which predictor j predicted at all. */
  readonly spoke: Int32Array;
  private readonly scores: Int32Array;
  private readonly contenders: Int32Array;
  private winner = 0;
  private highScore = 0;
  private correct = 0;
  private run = 0;
  private longestRun = 0;

  /** @param predictors number of predictors; ties at one place go to the later */
  constructor(predictors: number) {
    this.hits = new Int32Array(predictors);
    this.spoke = new Int32Array(predictors).fill(-1);
    this.scores = new Int32Array(predictors);
    this.contenders = new Int32Array(predictors);
  }

  /** Scores the first `length` places of the block, at most 32. Hits beyond must be 0. */
  play(length: number): void {
    const { hits, spoke, scores, contenders } = this;
    let { winner, highScore, run, longestRun } = this;
    let contenderCount = 0;
    for (let j = 0; j < scores.length; j++) {
      const score = scores[j]! + onesIn(hits[j]!);
      if (score >= highScore) contenders[contenderCount++] = j;
      else scores[j] = score;
    }
    for (let place = 0; place < length; place++) {
      if (hits[winner]! << place < 0) {
        this.correct++;
        run++;
        if (run > longestRun) longestRun = run;
      } else if (spoke[winner]! << place < 0) run = 0;
      for (let c = 0; c < contenderCount; c++) {
        const j = contenders[c]!;
        if (hits[j]! << place >= 0) continue;
        const score = scores[j]! + 1;
        scores[j] = score;
        if (score >= highScore) {
          highScore = score;
          winner = j;
        }
      }
    }
    this.winner = winner;
    this.highScore = highScore;
    this.run = run;
    this.longestRun = longestRun;
  }

  get score(): Score {
    return { correct: this.correct, longestRun: this.longestRun };
  }
}
