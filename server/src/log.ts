/** What the server writes its log to; pino's Logger fits. Lines never hold keys, bodies, texts or tokens: see `http/`. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

/** Milliseconds since 1970, whole. */
export type Clock = () => number;
/** That many random bytes. */
export type Random = (byteCount: number) => Uint8Array;
