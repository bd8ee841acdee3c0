/** The tables, as kysely types. */
export interface StreamsTable {
  id: string;
  /** JSON of the stream's spec. */
  spec: string;
  /** 1: should be running; 0: is over. */
  wanted: number;
  /** Unix ms. */
  created_at: number;
  updated_at: number;
  ended_at: number | null;
  end_reason: string | null;
}

export interface Database {
  streams: StreamsTable;
}
