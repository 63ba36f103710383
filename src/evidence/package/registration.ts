/**
 * A source as the registration of NIST's Entropy Source Validation protocol has it (github.com/usnistgov/ESV-Server, "Entropy Source
 * Validation Protocol.md" and client/jsons/entropy-source-metadata-schema.json as of esvVersion 1.0). Names are those of that schema;
 * the document's tables spell two of them minNIn and minHIn.
 */
import type { SourceInfo } from "../../source.ts";
import type { Examined } from "./examine.ts";

export const ESV_VERSION = "1.0";

/** Most characters of `primaryNoiseSource`. */
const MOST_TITLE = 64;

/** Stands where a person has to fill in what the program cannot know: a server refuses it. */
export const TO_WRITE = "TO BE WRITTEN";

/**
 * @returns the body of `POST /esv/v1/entropyAssessments`, for a source that is complete. Nothing here is physical by the standard's
 * meaning: no hardware was made for the noise.
 */
export function registrationOf(info: SourceInfo, { manifest, conditioning }: Examined): readonly object[] {
  const { source, restarts } = manifest;
  return [
    { esvVersion: ESV_VERSION },
    {
      primaryNoiseSource: `${info.id}: ${info.title}`.slice(0, MOST_TITLE),
      iidClaim: false,
      bitsPerSample: source.symbolBits,
      hminEstimate: source.claimedH,
      physical: false,
      numberOfRestarts: restarts?.rows ?? 0,
      samplesPerRestart: restarts?.cols ?? 0,
      additionalNoiseSources: false,
      numberOfOEs: 1,
      conditioningComponent: conditioning
        ? [
            {
              sequencePosition: 1,
              vetted: true,
              description: conditioning.algorithm,
              validationNumber: TO_WRITE,
              minNin: conditioning.nIn,
              minHin: conditioning.hIn,
              nw: conditioning.nw,
              nOut: conditioning.nOut,
              hOut: conditioning.hOut,
            },
          ]
        : [],
    },
  ];
}
