/** What every page of the console is given. */
import type { Api } from './api/api';

export interface PageContext {
  readonly api: Api;
  /** False with a token of scope read: what would change something is shown, greyed, and says why. */
  readonly canControl: boolean;
  /** Aborts when the page is left. */
  readonly signal: AbortSignal;
  /** Said by screen readers. */
  readonly announce: (words: string) => void;
}

/** Fills `root`. The first heading in it gets the focus when somebody comes here. */
export type Page = (root: HTMLElement, context: PageContext) => void;

export const READ_ONLY_WORDS = 'Your token may only look (scope read). A token of scope control may change things.';
