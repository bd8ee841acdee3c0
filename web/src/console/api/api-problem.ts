/** What the API refused, and why: a problem document (RFC 9457), or the nearest thing to one. */

export interface FieldError {
  /** Where in the request: `stream_id`, `source_urls.0`. */
  readonly field: string;
  readonly message: string;
}

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  private constructor(
    /** 0 where nobody answered. */
    readonly status: number,
    readonly code: string,
    readonly title: string,
    detail: string,
    readonly remedy: string,
    readonly errors: readonly FieldError[],
    /** All members of the document. */
    readonly members: Readonly<Record<string, unknown>>,
  ) {
    super(detail);
  }

  static unreachable(): ApiProblem {
    const detail = 'The server does not answer.';
    const remedy = 'Check that it runs and that this device reaches it; the console tries again by itself.';
    return new ApiProblem(0, 'unreachable', detail, detail, remedy, [], {});
  }

  static async of(response: Response): Promise<ApiProblem> {
    const document: unknown = await response.json().catch(() => undefined);
    const members = isRecord(document) ? document : {};
    const title = textOf(members['title']) ?? `The server answered ${response.status}`;
    return new ApiProblem(
      response.status,
      textOf(members['code']) ?? `http-${response.status}`,
      title,
      textOf(members['detail']) ?? `${title}.`,
      textOf(members['remedy']) ?? '',
      fieldErrors(members),
      members,
    );
  }
}

/** Of a whole form, or of the one field that the problem names. */
function fieldErrors(members: Readonly<Record<string, unknown>>): FieldError[] {
  const { errors, field } = members;
  const told = (Array.isArray(errors) ? errors : []).filter(isRecord).flatMap((error): FieldError[] => {
    const [name, message] = [textOf(error['field']), textOf(error['message'])];
    return name && message ? [{ field: name, message }] : [];
  });
  if (told.length > 0 || typeof field !== 'string') return told;
  const detail = textOf(members['detail']);
  return detail ? [{ field, message: detail }] : [];
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
