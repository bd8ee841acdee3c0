/** The path of a Node 24; it is fetched from npm into .cache/ when it is not there yet. */
export declare function ensureNode24(): string;
