/** A place in a rendition: a segment number (MSN) and a part index within it. */
export interface Position {
  readonly segment: number;
  readonly part: number;
}

export function comparePositions(a: Position, b: Position): number {
  return a.segment - b.segment || a.part - b.part;
}
