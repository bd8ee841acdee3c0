/** Reads which series a PromQL expression asks for: enough of its grammar for dashboards and alerts. PURE. */

export interface Selector {
  readonly metric: string;
  /** What its labels are compared with; a dashboard's variables ($stream) are left out. */
  readonly matchers: readonly { readonly label: string; readonly values: readonly string[] }[];
}

export interface PromqlUse {
  readonly selectors: readonly Selector[];
  /** Labels that results are grouped by. */
  readonly groupedBy: readonly string[];
}

const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const SELECTOR = /([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^{}]*\})?(\s*\()?/g;
const MATCHER = /([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g;
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring', 'Inf', 'NaN']);

export function readPromql(expression: string): PromqlUse {
  const groupedBy = [...expression.matchAll(GROUPING)].flatMap(([, labels]) => words(labels!));
  const bare = expression.replace(GROUPING, ' ').replace(/\[[^\]]*\]/g, ' ');
  const selectors = [...bare.matchAll(SELECTOR)].flatMap(([, metric, braces = '', call]) => {
    if (call !== undefined || WORDS.has(metric!)) return [];
    return [{ metric: metric!, matchers: [...braces.matchAll(MATCHER)].flatMap(matcherOf) }];
  });
  return { selectors, groupedBy };
}

function matcherOf([, label, operator, text]: RegExpMatchArray): Selector['matchers'] {
  if (text!.startsWith('$')) return [{ label: label!, values: [] }];
  return [{ label: label!, values: operator!.startsWith('=') ? text!.split('|') : [] }];
}

const words = (list: string): string[] => list.split(',').flatMap((word) => word.trim() || []);
