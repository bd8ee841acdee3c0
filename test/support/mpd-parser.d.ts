declare module 'mpd-parser' {
  export function parse(text: string, options: { manifestUri: string }): unknown;
}
