/** One thing worth an operator's attention: its cause and effect, and what to do about it. */
export interface Finding {
  readonly sentence: string;
  /** Sentences; empty when nothing is to be done. */
  readonly advice: readonly string[];
}

export const finding = (sentence: string, ...advice: readonly (string | undefined)[]): Finding => ({
  sentence,
  advice: advice.filter((line) => line !== undefined),
});
