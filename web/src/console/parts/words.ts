/** Figures and times as people say them. PURE. */

/** `3 s`, `2 min`, `5 h`, `3 d` */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 100) return `${whole} s`;
  if (whole < 6_000) return `${Math.round(whole / 60)} min`;
  return whole < 172_800 ? `${Math.round(whole / 3_600)} h` : `${Math.round(whole / 86_400)} d`;
}

/** Unix seconds: `14:03:22`, with the date unless it is today. */
export function clockTime(unixSeconds: number): string {
  const at = new Date(unixSeconds * 1000);
  const time = at.toLocaleTimeString([], { hour12: false });
  return at.toDateString() === new Date().toDateString() ? time : `${at.toLocaleDateString()} ${time}`;
}

export const kbps = (kilobits: number): string =>
  kilobits >= 1000 ? `${(kilobits / 1000).toFixed(1)} Mbit/s` : `${Math.round(kilobits)} kbit/s`;

/** `720p`, `720p and 480p`, `720p, 480p and 360p` */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
