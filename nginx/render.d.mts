/** Placeholders of nginx.conf.template and what they are by default. */
export declare const NGINX_DEFAULTS: Readonly<Record<NginxPlaceholder, string>>;

export type NginxPlaceholder =
  | 'USER_DIRECTIVE'
  | 'WORKER_PROCESSES'
  | 'LISTEN_ADDRESS'
  | 'LISTEN_PORT'
  | 'ORIGIN'
  | 'OUTPUT_DIR'
  | 'SNIPPETS_DIR'
  | 'PID_FILE'
  | 'ERROR_LOG'
  | 'ACCESS_LOG'
  | 'TEMP_DIR';

/** The text of nginx.conf. Throws a RangeError for an unknown placeholder or a value nginx could misread. */
export declare function renderNginxConf(values?: Partial<Record<NginxPlaceholder, string | number>>): string;
