// Types of the gateway's API, made from its OpenAPI document. Do not edit: npm run gen

export interface paths {
    "/scans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Scans, the newest first */
        get: operations["listScans"];
        put?: never;
        /** Order a scan */
        post: operations["orderScan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scans/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** State and counts of a scan */
        get: operations["getScan"];
        put?: never;
        post?: never;
        /** Cancel a scan; what it has found stays */
        delete: operations["cancelScan"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scans/{id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lines of a scan, a frame a line */
        get: operations["scanResults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Scan these bytes, and wait for the result */
        post: operations["scanBytes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in the result of a scan that was made elsewhere, as a whole or not at all */
        post: operations["collectResult"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Frames as they are written, by WebSocket or as server-sent events */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rules by words, tags, metadata and modules */
        get: operations["findRules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rules of a name: their texts, what they need, what needs them */
        get: operations["showRule"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rule-health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rules that are not evaluated, are there twice, or slow scans down */
        get: operations["ruleHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Look for faults in a text of rules; nothing is kept of it */
        post: operations["validateRules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say why a rule matches a file or some bytes, or why not */
        post: operations["explainRule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/safe-index": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an index of the rules that all these programs can load */
        post: operations["safeIndex"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rulesets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rule sets, the default first */
        get: operations["listRuleSets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rulesets/{ref}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A rule set */
        get: operations["getRuleSet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cryptex": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entries of the dictionary */
        get: operations["findEntries"];
        put?: never;
        /** Add an entry */
        post: operations["addEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cryptex/{codename}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An entry, and which need it */
        get: operations["getEntry"];
        /** Put an entry in place of the one that was seen, or add it where there is none */
        put: operations["putEntry"];
        post?: never;
        /** Remove an entry; its history stays */
        delete: operations["removeEntry"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cryptex/{codename}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed an entry, and when; the newest first */
        get: operations["entryHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The report as it was last made */
        get: operations["gapReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gap/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts of earlier reports, the oldest first */
        get: operations["gapHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gap/{component}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Say who is responsible for a component, or which entry of the dictionary it is */
        patch: operations["setGapComponent"];
        trace?: never;
    };
    "/gap/scan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the report anew */
        post: operations["scanGap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/triggers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All triggers */
        get: operations["listTriggers"];
        put?: never;
        /** Have frames sent to an address */
        post: operations["addTrigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/triggers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A trigger, and how its deliveries go */
        get: operations["getTrigger"];
        put?: never;
        post?: never;
        /** Remove a trigger; what has not been delivered is dropped */
        delete: operations["removeTrigger"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/triggers/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a frame of type test, once */
        post: operations["testTrigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the gateway can do its work */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures for Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/engines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Engines of this build, and whether they pass their self tests */
        get: operations["engines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description RFC 9457. Some have more members, as `current`, `unknown` and `scan`. */
        Problem: {
            /** @description about:blank, or urn:cryptex: and the kind of the fault */
            type: string;
            title: string;
            status: number;
            detail: string;
        };
        ScanRecord: {
            /** Format: uuid */
            id: string;
            /** @enum {unknown} */
            state: "waiting" | "running" | "done" | "cancelled" | "failed";
            origin: string;
            /** Format: date-time */
            createdAt: string;
            startedAt: null | string;
            endedAt: null | string;
            /** @description The order; null for collected results */
            request: Record<string, never> | null;
            /** @description The first line of the result */
            start: Record<string, never> | null;
            /** @description The last line of the result; null until it is whole */
            end: Record<string, never> | null;
            /** @description Lines so far, by type */
            lines: {
                [key: string]: number;
            };
            /** @description Why it failed */
            reason: string | null;
        };
        /** @description A line of a scan's result, or something that happened; members beside these are those of the line */
        Frame: {
            seq: number;
            /** Format: date-time */
            time: string;
            /** @enum {unknown} */
            type: "start" | "match" | "skip" | "error" | "log" | "note" | "quarantine" | "clean" | "end" | "scan" | "dictionary" | "gap" | "rules" | "trigger";
            scan: string | null;
        };
        Hello: {
            /** @constant */
            type: "hello";
            seq: number;
            first: number;
        };
        Lost: {
            /** @constant */
            type: "lost";
            from: number;
            to: number;
        };
        ScanResult: {
            start: null | components["schemas"]["ScanLine.start"];
            matches: components["schemas"]["ScanLine.match"][];
            skips: components["schemas"]["ScanLine.skip"][];
            errors: components["schemas"]["ScanLine.error"][];
            quarantine: components["schemas"]["ScanLine.quarantine"][];
            logs: components["schemas"]["ScanLine.log"][];
            notes: components["schemas"]["ScanLine.note"][];
            clean: components["schemas"]["ScanLine.clean"][];
            end: null | components["schemas"]["ScanLine.end"];
        };
        StoredEntry: {
            codename: string;
            symbol: string;
            summary: string;
            /** @enum {unknown} */
            status: "legacy" | "in_progress" | "ported" | "stable" | "experimental" | "deprecated";
            kind: string;
            location: string;
            signature: string;
            pseudocode: string;
            deps: string[];
            line_references: string[];
            owner: string;
            risk: string;
            notes: string[];
            tags: string[];
            revision: number;
        };
        KnownEntry: {
            codename: string;
            symbol: string;
            summary: string;
            /** @enum {unknown} */
            status: "legacy" | "in_progress" | "ported" | "stable" | "experimental" | "deprecated";
            kind: string;
            location: string;
            signature: string;
            pseudocode: string;
            deps: string[];
            line_references: string[];
            owner: string;
            risk: string;
            notes: string[];
            tags: string[];
            revision: number;
            used_by: string[];
        };
        Change: {
            seq: number;
            codename: string;
            revision: number;
            /** Format: date-time */
            at: string;
            who: string;
            /** @enum {unknown} */
            action: "add" | "edit" | "remove";
            /** @description By field: the value before and after */
            fields: Record<string, never>;
        };
        RuleSummary: {
            name: string;
            file: string;
            line: number;
            tags: string[];
            meta: {
                key: string;
            }[];
            modules: string[];
            digest: string;
            /** @description Null for a rule that is not evaluated */
            namespace: string | null;
        };
        ShownRules: {
            /** @constant */
            schema: 1;
            rules: {
                name: string;
                file: string;
                line: number;
                tags: string[];
                meta: {
                    key: string;
                }[];
                modules: string[];
                digest: string;
                end_line: number;
                private: boolean;
                global: boolean;
                uses: {
                    name: string;
                    file: string;
                    line: number;
                }[];
                externals: string[];
                used_by: {
                    name: string;
                    file: string;
                    line: number;
                }[];
                duplicates: {
                    name: string;
                    file: string;
                    line: number;
                }[];
                text: string;
            }[];
        };
        Quarantined: {
            /** @description Null where a whole file or an include is at fault */
            rule: string | null;
            file: string;
            line: number | null;
            reason: string;
            /** @description The second copy of a rule: nothing is lost by it */
            harmless: boolean;
        };
        RuleHealth: {
            quarantined: components["schemas"]["Quarantined"][];
            duplicates: {
                name: string;
                /** @enum {unknown} */
                kind: "same text" | "same name";
                rules: {
                    name: string;
                    file: string;
                    line: number;
                }[];
            }[];
            slow: {
                rule: string;
                namespace: string;
                file: string;
                line: number;
                /** @description Of its poorest string, 0 to 255 */
                quality: number | null;
                tries_per_mib: number;
                advice: string[];
            }[];
        };
        RuleSetInfo: {
            name: string;
            default: boolean;
            digest: string;
            rules: number;
            quarantined: components["schemas"]["Quarantined"][];
            modules: string[];
            files: number;
        };
        Validation: {
            valid: boolean;
            rules: number;
            findings: {
                file: string;
                line: number | null;
                rule: string | null;
                /** @enum {unknown} */
                severity: "error" | "warning" | "hint";
                code: string;
                message: string;
                hint?: string;
            }[];
        };
        /** @description As `cryptex explain --json` prints it */
        Explanation: {
            /** @constant */
            schema: 1;
            path: string;
            size: number;
            sha256: string;
            rule: string;
            namespace: string;
            file: string;
            line: number;
            /** @enum {unknown} */
            verdict: "match" | "no match" | null;
            condition?: components["schemas"]["ScanLine.node"];
        };
        SafeIndex: {
            index: string;
            report: {
                /** @constant */
                schema: 1;
                target: string;
                sha256: string;
                rules: number;
                kept: number;
                dropped: number;
                duplicates: number;
                reasons: {
                    [key: string]: number;
                };
                dropped_rules: {
                    rule: string | null;
                    file: string;
                    line: number | null;
                    reason: string;
                }[];
            };
            /** @description Base64, where the index is no UTF-8 */
            index_bytes?: string;
        };
        Trigger: {
            id: string;
            url: string;
            types: string[];
            scan: string | null;
            rule: string | null;
            tag: string | null;
            /** Format: date-time */
            createdAt: string;
            delivered: number;
            failed: number;
            waiting: number;
            lastError: string | null;
            /** @description Why nothing is sent at present */
            paused: string | null;
            /** @description Shown once, if it was made here */
            secret?: string;
        };
        Engines: {
            engines: {
                name: string;
                version: string;
                digest: string;
                modules: string[];
                self_test: {
                    passed: number;
                    failed: number;
                    faults: {
                        name: string;
                        fault: string;
                    }[];
                };
            }[];
            threads: number;
            roots: string[];
            version: string;
        };
        Health: {
            /** @enum {unknown} */
            status: "ok" | "unavailable";
            version: string;
            reason?: string;
        };
        /** @description Said by `cryptex watch` alone, beside the lines of files. */
        "ScanLine.watch": {
            /** @constant */
            type: "watch";
            /** @enum {unknown} */
            event: "ready" | "gone" | "back" | "rescan" | "rules";
            path?: string;
            path_bytes?: string;
            message: string;
        };
        /** @description The first line. Without an `end` line the result is not complete. */
        "ScanLine.start": {
            /** @constant */
            type: "start";
            /**
             * @description Version of this schema.
             * @constant
             */
            schema: 1;
            ruleset: {
                digest: string;
                alias?: string;
            };
            /** @description Rules that are evaluated. */
            rules: components["schemas"]["ScanLine.count"];
            engines: {
                name: string;
                version: string;
                /** @description Of the engine's file. */
                digest: components["schemas"]["ScanLine.sha256"];
            }[];
        };
        /** @description A rule that matches a file. */
        "ScanLine.match": {
            /** @constant */
            type: "match";
            path: components["schemas"]["ScanLine.path"];
            path_bytes?: components["schemas"]["ScanLine.path_bytes"];
            /** @description Of the bytes that were scanned. */
            sha256: components["schemas"]["ScanLine.sha256"];
            /** @description Of the same bytes. */
            size: components["schemas"]["ScanLine.count"];
            rule: string;
            /** @description "default", or the relative path of the rule's file where its name stands for another rule, too. */
            namespace: string;
            tags: string[];
            /** @description In order of the rule. A key may occur more than once. */
            meta: ({
                key: string;
                /** @description An integer beyond 2^53 - 1 is a string of digits. */
                value: string | number | boolean;
            } | {
                key: string;
                /** @description A text that is not UTF-8. */
                value_bytes: components["schemas"]["ScanLine.base64"];
            })[];
            /** @description Sorted by id, then offset. */
            strings: {
                id: string;
                /** @description In bytes, from the beginning of the file. */
                offset: components["schemas"]["ScanLine.count"];
                /** @description In bytes. */
                length: components["schemas"]["ScanLine.count"];
                /** @description The first 256 bytes: printable ASCII as it is, others as \xNN, a backslash as \\. */
                data: string;
            }[];
            /** @description How many matches there were, for ids whose list in `strings` is cut. */
            strings_total?: {
                [key: string]: components["schemas"]["ScanLine.count"];
            };
            engine: string;
            /** @description With `--explain`. */
            explanation?: components["schemas"]["ScanLine.explanation"];
        };
        /** @description Something that is no regular file, or is left out by an option. Only one for its size makes the result incomplete. */
        "ScanLine.skip": {
            /** @constant */
            type: "skip";
            path: components["schemas"]["ScanLine.path"];
            path_bytes?: components["schemas"]["ScanLine.path_bytes"];
            reason: string;
        };
        /** @description A file or a folder that was not wholly evaluated. */
        "ScanLine.error": {
            /** @constant */
            type: "error";
            path: components["schemas"]["ScanLine.path"];
            path_bytes?: components["schemas"]["ScanLine.path_bytes"];
            reason: string;
        };
        /** @description Text of console.log in a rule. */
        "ScanLine.log": {
            /** @constant */
            type: "log";
            path: components["schemas"]["ScanLine.path"];
            path_bytes?: components["schemas"]["ScanLine.path_bytes"];
            message: string;
        };
        /** @description A fact about an archive or a member of one. It changes nothing in the counts. */
        "ScanLine.note": {
            /** @constant */
            type: "note";
            path: components["schemas"]["ScanLine.path"];
            path_bytes?: components["schemas"]["ScanLine.path_bytes"];
            reason: string;
        };
        /** @description A rule, a rule file or an include that is not evaluated; with a path, in that file only. */
        "ScanLine.quarantine": {
            /** @constant */
            type: "quarantine";
            path?: components["schemas"]["ScanLine.path"];
            path_bytes?: components["schemas"]["ScanLine.path_bytes"];
            /** @description Null where a file or an include is at fault. */
            rule: string | null;
            file: string;
            /** @description Of the fault. */
            line: number | null;
            reason: string;
            /**
             * @description Present for the second copy of the same text: nothing is lost by it.
             * @constant
             */
            harmless?: true;
        };
        /** @description A file that no rule matches, with --list-clean. Programs that do not make digests of clean files leave both out. */
        "ScanLine.clean": {
            /** @constant */
            type: "clean";
            path: components["schemas"]["ScanLine.path"];
            path_bytes?: components["schemas"]["ScanLine.path_bytes"];
            /** @description Of the bytes that were scanned. */
            sha256?: components["schemas"]["ScanLine.sha256"];
            /** @description Of the same bytes. */
            size?: components["schemas"]["ScanLine.count"];
        };
        /** @description The last line. scanned = clean + matched. */
        "ScanLine.end": {
            /** @constant */
            type: "end";
            /** @description False where a regular file within the options, or a rule, was not wholly evaluated. */
            complete: boolean;
            /** @description Files. */
            scanned: components["schemas"]["ScanLine.count"];
            /** @description Files. */
            clean: components["schemas"]["ScanLine.count"];
            /** @description Files. */
            matched: components["schemas"]["ScanLine.count"];
            /** @description Lines. */
            matches: components["schemas"]["ScanLine.count"];
            /** @description Lines. */
            skipped: components["schemas"]["ScanLine.count"];
            /** @description Lines. */
            errors: components["schemas"]["ScanLine.count"];
            /** @description Present where a file is an archive, by its content. */
            archives?: {
                /** @description Archives, also within others. */
                opened: components["schemas"]["ScanLine.count"];
                /** @description Files whose members were not to be looked at: --archives was 0. */
                unopened: components["schemas"]["ScanLine.count"];
            };
            /** @description Present where an archive was opened. scanned = clean + matched, as of files. The lines of members are in matches, skipped and errors, too. */
            members?: {
                scanned: components["schemas"]["ScanLine.count"];
                clean: components["schemas"]["ScanLine.count"];
                matched: components["schemas"]["ScanLine.count"];
                /** @description Lines. */
                skipped: components["schemas"]["ScanLine.count"];
                /** @description Lines. */
                errors: components["schemas"]["ScanLine.count"];
            };
        };
        /** @description As it was given on the command line, or below it; for a member of an archive `a.zip!/b/c.exe`, for the inside of the archive as a whole `a.zip!/`. UTF-8; bytes that are not become U+FFFD. */
        "ScanLine.path": string;
        /** @description The exact bytes of the path, where `path` cannot hold them. */
        "ScanLine.path_bytes": components["schemas"]["ScanLine.base64"];
        "ScanLine.count": number;
        "ScanLine.sha256": string;
        "ScanLine.base64": string;
        /** @description Why a rule matches, or does not: docs/EXPLAIN.md. */
        "ScanLine.explanation": {
            rule: string;
            namespace: string;
            /** @description File of the rule. */
            file: string;
            /** @description Of the rule, 1 is the first. */
            line: components["schemas"]["ScanLine.count"];
            /**
             * @description The engine's; null where it has none.
             * @enum {unknown}
             */
            verdict: "match" | "no match" | null;
            /** @description Present where the tree cannot be relied on. */
            unavailable?: {
                /** @enum {unknown} */
                kind: "engine" | "time" | "size" | "unknown" | "disagreement";
                reason: string;
            };
            condition?: components["schemas"]["ScanLine.node"];
            /** @description Global rules that do not match, so that no rule does. */
            held_back_by?: {
                rule: string;
                namespace: string;
            }[];
            /** @description All strings of the rule, in its order. */
            strings: {
                id: string;
                /** @description How many matches there are. */
                total: components["schemas"]["ScanLine.count"];
                /** @description The first ones. */
                matches: {
                    offset: components["schemas"]["ScanLine.count"];
                    length: components["schemas"]["ScanLine.count"];
                    /** @description The first 64 bytes: printable ASCII as it is, the rest `\xNN`, a backslash `\\`. */
                    data: string;
                    xor_key?: components["schemas"]["ScanLine.count"];
                }[];
                /** @description Why matches may be missing. */
                incomplete?: string;
            }[];
            /** @description For a rule that does not match. */
            changes?: {
                /** @description Size of the smallest set of nodes that would have to change so that the rule matches. */
                count: components["schemas"]["ScanLine.count"];
                /** @description False where fewer may do, since not all was evaluated. */
                exact: boolean;
                /** @description The first 50. */
                nodes: {
                    text: string;
                    /** @enum {unknown} */
                    now: "true" | "false" | "undefined" | "unknown";
                    /** @enum {unknown} */
                    wanted: "true" | "false";
                    /** @description Values of the loops that it stands in. */
                    variables?: {
                        [key: string]: string;
                    };
                    /** @description Its `id`, where the tree shows it. */
                    node?: components["schemas"]["ScanLine.count"];
                }[];
            };
        };
        /** @description A part of a condition. */
        "ScanLine.node": {
            id: components["schemas"]["ScanLine.count"];
            /** @description An operator, or a kind of expression. */
            kind: string;
            /** @description As the rule has it, at most 200 characters. */
            text: string;
            /**
             * @description What it counts for as a condition.
             * @enum {unknown}
             */
            state: "true" | "false" | "undefined" | "unknown";
            /** @description Of a number or a text that is defined. */
            value?: {
                /** @enum {unknown} */
                type: "integer" | "float" | "text";
                /** @description An integer beyond 2^53 - 1 is a string of digits; a float may be `nan`, `inf` or `-inf`; a text is escaped as data is, and has 64 bytes at most. */
                value: number | string;
                /** @description Of a text that is cut, in bytes. */
                length?: components["schemas"]["ScanLine.count"];
            };
            /** @description Why the state is unknown. */
            reason?: string;
            /** @description The field or call with its values, where they are not those of the text. */
            reads?: string;
            /** @description Of a string: how often it was found, and the first places. */
            found?: {
                total: components["schemas"]["ScanLine.count"];
                offsets: components["schemas"]["ScanLine.count"][];
            };
            /** @description Of `of` and loops: how many it takes; `all`, or a share as `50%`. */
            needs?: number | string;
            /** @description Of `of` and loops: how many there are. */
            has?: components["schemas"]["ScanLine.count"];
            children?: components["schemas"]["ScanLine.node"][];
            /** @description Children that are left out. */
            more?: components["schemas"]["ScanLine.count"];
            loop?: {
                /** @description Turns that the engine takes. */
                turns: components["schemas"]["ScanLine.count"];
                /** @description Some turns, those first that decide. */
                shown: {
                    variables: {
                        [key: string]: string;
                    };
                    body: components["schemas"]["ScanLine.node"];
                }[];
            };
        };
        "Gap.report": {
            /** @constant */
            schema: 1;
            /** @description Name of the code base: that of gap.toml, else of its folder. */
            root: string;
            /** @description In the order of their names. */
            components: components["schemas"]["Gap.component"][];
            excluded: components["schemas"]["Gap.excluded"][];
            counts: components["schemas"]["Gap.counts"];
            problems: components["schemas"]["Gap.problem"][];
        };
        "Gap.component": {
            /** @description Path of a file below the root, with slashes; or the name of a part that an order names and that has no file. */
            component: string;
            language: string | null;
            /** @enum {unknown} */
            port_status: "pending" | "in_progress" | "done" | "stale";
            /**
             * @description The same by the names that were ordered: stale is in_progress.
             * @enum {unknown}
             */
            rust_status: "pending" | "in_progress" | "done";
            /** @description From CODEOWNERS or gap.toml, or set by hand. */
            responsible: string | null;
            /** @description Codename of an entry of the dictionary. */
            linked_cryptex: string | null;
            evidence: components["schemas"]["Gap.evidence"][];
            /** @description What may be a port of it, by names alone. They change no status. */
            suggestions: components["schemas"]["Gap.suggestion"][];
            /** @description Of the file; null where there is none, or it could not be read. */
            sha256: string | null;
            /** @description Why it is not done. */
            reason?: string;
            /** @description Where it was ordered, of parts without a file. */
            order?: string;
        };
        /** @description A declaration, and what became of it when it was checked. */
        "Gap.evidence": {
            /** @description The port: path below the root. */
            to: string;
            /** @description gap.toml, or the port itself. */
            declared_in: string[];
            /** @description Symbols of the component that it is about; none: the whole of it. */
            about: string[];
            /** @description Symbols that the port has to define. */
            symbols: string[];
            /** @description path, or path#title. */
            tests: string[];
            /** @description That of the component when this was declared. */
            sha256: string | null;
            /** @description What is not as declared. */
            faults: string[];
        };
        "Gap.suggestion": {
            candidate: string;
            score: number;
            why: string;
        };
        "Gap.excluded": {
            /** @description Path of a file, or of a folder with a slash at its end. */
            component: string;
            language: string | null;
            reason: string;
        };
        "Gap.counts": {
            pending: number;
            in_progress: number;
            done: number;
            stale: number;
            excluded: number;
            problems: number;
        };
        "Gap.problem": {
            /**
             * @description A declaration that does not hold; a component that has changed since; what could not be read; a line of CODEOWNERS.
             * @enum {unknown}
             */
            kind: "declaration" | "stale" | "unread" | "owners";
            /** @description Null where it concerns none alone. */
            component: string | null;
            /** @description path, or path:line. */
            place: string;
            reason: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listScans: {
        parameters: {
            query?: {
                /** @description States: one or several of waiting, running, done, cancelled, failed, with commas between them */
                state?: string;
                /** @description Who scanned: gateway, mcp, or the name of a sender */
                origin?: string;
                /** @description Most items of a page */
                limit?: number;
                /** @description Cursor of the page before: its `next` */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of scans */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        scans: components["schemas"]["ScanRecord"][];
                        /** @description Cursor for `after`; null at the end */
                        next: string | null;
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    orderScan: {
        parameters: {
            query?: never;
            header?: {
                /** @description A second order with this key is answered as the first was */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description At most 1048576 bytes */
        requestBody: {
            content: {
                "application/json": {
                    root: string;
                    paths: string[];
                    ruleset?: string;
                    options?: {
                        exclude?: string[];
                        maxSize?: number;
                        recursive?: number;
                        since?: string;
                        timeoutMs?: number;
                        maxStrings?: number;
                        listClean?: boolean;
                        archives?: number;
                        explain?: boolean;
                        cache?: boolean;
                        profile?: boolean;
                        threads?: number;
                    };
                };
            };
        };
        responses: {
            /** @description It is written down, and runs or waits */
            202: {
                headers: {
                    /** @description Path of the scan */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanRecord"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such root, path or rule set */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key belongs to another order */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many scans wait */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getScan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the scan */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The scan */
            200: {
                headers: {
                    /** @description Tag of this state */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanRecord"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelScan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the scan */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanRecord"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It has ended */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scanResults: {
        parameters: {
            query?: {
                /** @description Number of the last frame that was seen */
                after?: number;
                /** @description Most items of a page */
                limit?: number;
                /** @description Types of lines: one or several of start, match, skip, error, log, note, quarantine, clean, end, scan, dictionary, gap, rules, trigger, with commas between them */
                type?: string;
            };
            header?: never;
            path: {
                /** @description Id of the scan */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Frames as NDJSON; none where nothing follows */
            200: {
                headers: {
                    /** @description Number to go on with as `after` */
                    "cryptex-next"?: string;
                    /** @description State of the scan before the frames were read: where it has ended and there are no frames, there will be none */
                    "cryptex-state"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scanBytes: {
        parameters: {
            query?: {
                /** @description Name or digest of the rule set */
                ruleset?: string;
                /** @description Name that rules see */
                filename?: string;
                /** @description Explain each match */
                explain?: "1" | "true" | "0" | "false";
                /** @description Give up after this long; 0 is without limit */
                timeout_ms?: number;
                /** @description Matches that are listed of a string */
                max_strings?: number;
                /** @description Levels of archives that are opened */
                archives?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What to scan, at most 67108864 bytes, whatever its type is said to be */
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description As `cryptex scan --format json` prints it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanResult"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such rule set */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many are scanned at a time */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectResult: {
        parameters: {
            query?: never;
            header?: {
                /** @description Name of the sender; by default that of the token */
                "Cryptex-Origin"?: string;
                /** @description Tells this result from others of the sender; by default its lines do */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description Lines as `cryptex scan --format ndjson` prints them, at most 4294967296 bytes */
        requestBody: {
            content: {
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description It is taken in */
            201: {
                headers: {
                    /** @description Path of the scan */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanRecord"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is there already: `scan` is its id */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many are sent at a time */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description Number of the last frame that was seen; by default from now on */
                after?: number;
                /** @description Types of frames: one or several of start, match, skip, error, log, note, quarantine, clean, end, scan, dictionary, gap, rules, trigger, with commas between them */
                type?: string;
                /** @description Id of the scan that frames belong to */
                scan?: string;
                /** @description WebSocket: send arrays of frames */
                batch?: "1" | "true" | "0" | "false";
            };
            header?: {
                /** @description Stands for `after`, and goes before it */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket, with the subprotocol cryptex.events.v1 if it is offered. Each message is a frame */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Server-sent events: `data` is a Frame, Hello or Lost, `id` what to go on with as `after` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such scan */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many listen */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    findRules: {
        parameters: {
            query?: {
                /** @description Words, all of which a rule has in its name, tags, metadata or strings */
                q?: string;
                /** @description A tag that a rule has */
                tag?: string;
                /** @description Metadata that a rule has, as severity=high */
                meta?: string;
                /** @description A module that a rule's condition uses */
                module?: string;
                /** @description Name or digest of the rule set; by default the default */
                ruleset?: string;
                /** @description Most items of a page */
                limit?: number;
                /** @description Cursor of the page before: its `next` */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of rules */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        total: number;
                        rules: components["schemas"]["RuleSummary"][];
                        /** @description Cursor for `after`; null at the end */
                        next: string | null;
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such rule set */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showRule: {
        parameters: {
            query?: {
                /** @description Name or digest of the rule set; by default the default */
                ruleset?: string;
            };
            header?: never;
            path: {
                /** @description Name of the rule */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As `cryptex rules show --json` prints it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownRules"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ruleHealth: {
        parameters: {
            query?: {
                /** @description Name or digest of the rule set; by default the default */
                ruleset?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Health of a rule set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleHealth"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such rule set */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    validateRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description At most 8389632 bytes */
        requestBody: {
            content: {
                "application/json": {
                    text: string;
                };
            };
        };
        responses: {
            /** @description Findings of lint */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Validation"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many at a time */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainRule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description At most 11201195 bytes */
        requestBody: {
            content: {
                "application/json": {
                    ruleset?: string;
                    rule: string;
                    root?: string;
                    path?: string;
                    content?: string;
                };
            };
        };
        responses: {
            /** @description The explanation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such rule set, rule, root or path */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none: the rule is not evaluated, or the file cannot be read */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many at a time */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    safeIndex: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description At most 1048576 bytes */
        requestBody: {
            content: {
                "application/json": {
                    ruleset?: string;
                    targets: ("clamav" | "libyara-4.2" | "libyara-4.5" | "libyara-no-cuckoo" | "yara-x")[];
                };
            };
        };
        responses: {
            /** @description The index, and what was left out */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SafeIndex"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such rule set */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many at a time */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRuleSets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        rulesets: components["schemas"]["RuleSetInfo"][];
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRuleSet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name or digest; default is the default */
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What it holds, and what is lost of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleSetInfo"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    findEntries: {
        parameters: {
            query?: {
                /** @description Words, all of which an entry has */
                q?: string;
                /** @description The symbol, whole */
                symbol?: string;
                /** @description Statuses: one or several of legacy, in_progress, ported, stable, experimental, deprecated, with commas between them */
                status?: string;
                /** @description A tag that an entry has */
                tag?: string;
                /** @description The kind, whole */
                kind?: string;
                /** @description The owner, whole */
                owner?: string;
                /** @description Most items of a page */
                limit?: number;
                /** @description Cursor of the page before: its `next` */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        total: number;
                        entries: components["schemas"]["StoredEntry"][];
                        /** @description Cursor for `after`; null at the end */
                        next: string | null;
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addEntry: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description At most 1048576 bytes */
        requestBody: {
            content: {
                "application/json": {
                    codename: string;
                    symbol?: string;
                    summary?: string;
                    /** @enum {unknown} */
                    status?: "legacy" | "in_progress" | "ported" | "stable" | "experimental" | "deprecated";
                    kind?: string;
                    location?: string;
                    signature?: string;
                    pseudocode?: string;
                    deps?: string[];
                    line_references?: string[];
                    owner?: string;
                    risk?: string;
                    notes?: string[];
                    tags?: string[];
                };
            };
        };
        responses: {
            /** @description It is added */
            201: {
                headers: {
                    /** @description Revision of the entry */
                    ETag?: string;
                    /** @description Path of the entry */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEntry"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is one of this name: `current` shows it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Codename of the entry */
                codename: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The entry */
            200: {
                headers: {
                    /** @description Revision of the entry */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownEntry"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putEntry: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the entry that was seen; * for any */
                "If-Match"?: string;
                /** @description * where there must be none yet */
                "If-None-Match"?: "*";
            };
            path: {
                /** @description Codename of the entry */
                codename: string;
            };
            cookie?: never;
        };
        /** @description At most 1048576 bytes */
        requestBody: {
            content: {
                "application/json": {
                    codename?: string;
                    symbol: string;
                    summary: string;
                    /** @enum {unknown} */
                    status: "legacy" | "in_progress" | "ported" | "stable" | "experimental" | "deprecated";
                    kind: string;
                    location: string;
                    signature: string;
                    pseudocode: string;
                    deps: string[];
                    line_references: string[];
                    owner: string;
                    risk: string;
                    notes: string[];
                    tags: string[];
                };
            };
        };
        responses: {
            /** @description It is in place */
            200: {
                headers: {
                    /** @description Revision of the entry */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEntry"];
                };
            };
            /** @description It is added */
            201: {
                headers: {
                    /** @description Revision of the entry */
                    ETag?: string;
                    /** @description Path of the entry */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEntry"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is another one by now: `current` shows it */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Neither If-Match nor If-None-Match is given */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeEntry: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the entry that was seen; * for any */
                "If-Match"?: string;
            };
            path: {
                /** @description Codename of the entry */
                codename: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is another one by now: `current` shows it */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    entryHistory: {
        parameters: {
            query?: {
                /** @description Most items of a page */
                limit?: number;
                /** @description Cursor of the page before: its `next` */
                after?: string;
            };
            header?: never;
            path: {
                /** @description Codename of the entry */
                codename: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of changes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        changes: components["schemas"]["Change"][];
                        /** @description Cursor for `after`; null at the end */
                        next: string | null;
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gapReport: {
        parameters: {
            query?: {
                /** @description Statuses of components: one or several of pending, in_progress, done, stale, excluded, with commas between them */
                status?: string;
                /** @description Text that stands in a component's path, or in whom it is assigned to */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; counts are of all components */
            200: {
                headers: {
                    /** @description Tag of this state */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gap.report"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway was started without --gap-root */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gapHistory: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        points: {
                            at: string;
                            counts: Record<string, never>;
                        }[];
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway was started without --gap-root */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setGapComponent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Path of the component; a slash in it is %2F */
                component: string;
            };
            cookie?: never;
        };
        /** @description At most 65536 bytes */
        requestBody: {
            content: {
                "application/json": {
                    responsible?: null | string;
                    linked_cryptex?: null | string;
                };
            };
        };
        responses: {
            /** @description The component */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gap.component"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scanGap: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gap.report"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway was started without --gap-root */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description One is being made */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTriggers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Without their secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        triggers: components["schemas"]["Trigger"][];
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addTrigger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description At most 65536 bytes */
        requestBody: {
            content: {
                "application/json": {
                    url: string;
                    types?: ("start" | "match" | "skip" | "error" | "log" | "note" | "quarantine" | "clean" | "end" | "scan" | "dictionary" | "gap" | "rules" | "trigger")[];
                    scan?: string;
                    rule?: string;
                    tag?: string;
                    secret?: string;
                };
            };
        };
        responses: {
            /** @description With the secret, if it was made here: it is shown this once */
            201: {
                headers: {
                    /** @description Path of the trigger */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTrigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the trigger */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Without its secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeTrigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the trigger */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testTrigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the trigger */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it came out */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        delivered: boolean;
                        status: number | null;
                        error: string | null;
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It cannot, and why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Text format 0.0.4 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    engines: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Engines, threads, and the roots that scans may name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Engines"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
