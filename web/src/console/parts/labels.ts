/** Labels as they are typed: one `name: value` a line. PURE. */

/** A line without a colon is a label with an empty value: the server says what it thinks of it. */
export function labelsOf(text: string): Record<string, string> {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [, key, value] = /^([^:=]*)[:=]?(.*)$/s.exec(line) ?? [];
      return [(key ?? '').trim(), (value ?? '').trim()];
    }),
  );
}
