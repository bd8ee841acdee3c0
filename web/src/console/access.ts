/** Who uses the console, and what they may do. The token lives as long as the tab. */
import { Api } from './api/api';
import { ApiProblem } from './api/api-problem';
import type { WhoAmI } from './api/types';

const KEY = 'lockstep-token';

export type Standing =
  /** Nothing can be seen without a token. `refused`: the one that was given is not known. */
  | { readonly is: 'out'; readonly refused: boolean }
  /** `name`: of the token; undefined where the server wants none. */
  | { readonly is: 'in'; readonly name: string | undefined; readonly canControl: boolean };

export class Access {
  readonly api: Api;
  private token = sessionStorage.getItem(KEY) ?? undefined;

  /** `lost` is called when the server no longer takes the token. */
  constructor(lost: () => void) {
    this.api = new Api({ token: () => this.token, refused: lost });
  }

  /** Asks the server who we are. Rejects with an ApiProblem where it does not answer. */
  async standing(): Promise<Standing> {
    const who = await this.whoAmI();
    const hasToken = this.token !== undefined;
    if (!who.tokens_required) return { is: 'in', name: undefined, canControl: true };
    if (!who.scope) return { is: 'out', refused: hasToken };
    return { is: 'in', name: who.name ?? 'token', canControl: who.scope === 'control' };
  }

  logIn(token: string): void {
    this.token = token;
    sessionStorage.setItem(KEY, token);
  }

  logOut(): void {
    this.token = undefined;
    sessionStorage.removeItem(KEY);
  }

  private async whoAmI(): Promise<WhoAmI> {
    // Not by the API's own way: being told "no" here is an answer.
    const quiet = new Api({ token: () => this.token, refused: () => undefined });
    try {
      return await quiet.get<WhoAmI>('/whoami');
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.status === 401 || error.status === 403) return { tokens_required: true };
      if (error.status === 404) return { tokens_required: false };
      throw error;
    }
  }
}
