/** Values that both templates are filled in with. */
type CommonPlaceholder =
  | 'USER_DIRECTIVE'
  | 'WORKER_PROCESSES'
  | 'MAX_OPEN_FILES'
  | 'WORKER_CONNECTIONS'
  | 'LISTEN_ADDRESS'
  | 'LISTEN_PORT'
  | 'TLS_PORT'
  | 'TLS_CERTIFICATE'
  | 'TLS_KEY'
  | 'PLAYBACK_SECRET'
  | 'SNIPPETS_DIR'
  | 'PID_FILE'
  | 'ERROR_LOG'
  | 'ACCESS_LOG'
  | 'TEMP_DIR';

export type NginxPlaceholder = CommonPlaceholder | 'ORIGIN' | 'OUTPUT_DIR' | 'MISS_LIMIT' | 'VIEWER_LOG';
export type EdgePlaceholder = CommonPlaceholder | 'ORIGIN' | 'CACHE_DIR' | 'CACHE_SIZE';

/** Values that nginx.conf.template is filled in with, and what they are by default. */
export declare const NGINX_DEFAULTS: Readonly<Record<NginxPlaceholder, string>>;
/** The same of edge.conf.template. */
export declare const EDGE_DEFAULTS: Readonly<Record<EdgePlaceholder, string>>;

/**
 * The text of nginx.conf. Throws a RangeError for an unknown placeholder, a value nginx could misread, and a TLS listener
 * of which not all three values are given.
 */
export declare function renderNginxConf(values?: Partial<Record<NginxPlaceholder, string | number>>): string;
/** The text of an edge's nginx.conf; throws as renderNginxConf does. */
export declare function renderEdgeConf(values?: Partial<Record<EdgePlaceholder, string | number>>): string;
