/** URL templates (ISO/IEC 23009-1 5.3.9.4.4). PURE. */

export interface TemplateValues {
  readonly id: string;
  readonly bandwidth: number;
  readonly number?: number;
  readonly time?: number;
}

const NAMES = ['RepresentationID', 'Number', 'Bandwidth', 'Time', 'SubNumber'];
const IDENTIFIER = /\$([^$]*)\$/g;
const FORMAT = /^([A-Za-z]+)(?:%0(\d+)([a-zA-Z]))?$/;

/** Names of the identifiers, `$$` left aside. */
export const identifiersIn = (template: string): string[] =>
  [...template.matchAll(IDENTIFIER)].flatMap(([, inner = '']) => FORMAT.exec(inner)?.[1] ?? []);

/** What is wrong with each identifier; nothing where all are known. */
export function badIdentifiers(template: string): string[] {
  const dollars = template.split('$').length - 1;
  if (dollars % 2 !== 0) return ['a $ without its end'];
  return [...template.matchAll(IDENTIFIER)].flatMap(([whole, inner = '']) => {
    if (inner === '') return [];
    const [, name = '', width, letter] = FORMAT.exec(inner) ?? [];
    if (!NAMES.includes(name)) return [`${whole} is not known`];
    if (width === undefined) return [];
    return name === 'RepresentationID' || letter !== 'd' ? [`${whole} has a format it cannot have`] : [];
  });
}

/** What is not given stays as it is written. */
export function fillTemplate(template: string, { id, bandwidth, number, time }: TemplateValues): string {
  const values: Readonly<Record<string, string | number | undefined>> = {
    ...{ RepresentationID: id, Bandwidth: bandwidth, Number: number, Time: time },
  };
  return template.replace(IDENTIFIER, (whole, inner: string) => {
    if (inner === '') return '$';
    const [, name = '', width] = FORMAT.exec(inner) ?? [];
    const value = values[name];
    return value === undefined ? whole : String(value).padStart(Number(width ?? 0), '0');
  });
}
