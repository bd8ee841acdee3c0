/** Injection token of the pino `Logger`. */
export const LOGGER = Symbol('logger');
