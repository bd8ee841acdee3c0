/** Stands before every route that is not marked open: whose token is it, and does it go far enough? */
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../engine/problem.js';
import { READING } from '../limits/index.js';
import { SETTINGS, type ApiToken, type Scope, type Settings } from '../settings/index.js';
import { AuthFailures } from './auth-failures.js';
import { KnownTokens } from './known-tokens.js';
import { OPEN, WELCOMES_STRANGERS, type OpenWhen } from './open.js';
import { isOwnHost, isOwnOrigin } from './own-names.js';

const CHALLENGE = 'Bearer realm="lockstep"';

@Injectable()
export class AuthGuard implements CanActivate {
  private readonly tokens: KnownTokens;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(AuthFailures) private readonly failures: AuthFailures,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {
    this.tokens = new KnownTokens(settings.apiTokens ?? []);
  }

  /** True, or a problem. What it learns of the client it leaves at the request, as `token`. */
  canActivate(context: ExecutionContext): boolean {
    if (this.isOpen(context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (this.tokens.size === 0) return this.asOurselves(request);
    if (request.headers.authorization === undefined && this.welcomesStrangers(context)) return true;
    const token = this.tokenOf(request, reply);
    request.token = { name: token.name, scope: token.scope };
    return this.goesFarEnough(token.scope, request, reply);
  }

  private isOpen(context: ExecutionContext): boolean {
    const when = this.reflector.getAllAndOverride<OpenWhen | undefined>(OPEN, [
      context.getHandler(),
      context.getClass(),
    ]);
    return when?.(this.settings) ?? false;
  }

  private welcomesStrangers(context: ExecutionContext): boolean {
    return this.reflector.get<boolean | undefined>(WELCOMES_STRANGERS, context.getHandler()) ?? false;
  }

  /** Without tokens everything is allowed, but not to a page of somebody else's in the browser of one of ours. */
  private asOurselves({ headers: { host, origin } }: FastifyRequest): true {
    if (!isOwnHost(host, this.settings)) {
      this.failures.count('host');
      throw new Problem('host-not-allowed', { host: host ?? null });
    }
    if (!isOwnOrigin(origin, host)) {
      this.failures.count('origin');
      throw new Problem('origin-not-allowed', { origin: origin ?? null });
    }
    return true;
  }

  /** Only from the header: an address with a token in it would be in logs, histories and referrers. */
  private tokenOf(request: FastifyRequest, reply: FastifyReply): ApiToken {
    const shown = request.headers.authorization;
    if (shown === undefined) {
      this.failures.count('missing');
      reply.header('www-authenticate', CHALLENGE);
      throw new Problem('token-missing', {}, { detail: 'This needs a token: send Authorization: Bearer <token>.' });
    }
    // The scheme is case-insensitive (RFC 9110 11.1).
    const [, text = ''] = /^bearer +(\S+) *$/i.exec(shown) ?? [];
    const token = this.tokens.find(text);
    if (token) return token;
    const seconds = this.failures.refused(request);
    if (seconds > 0) throw tooManyRefusals(seconds);
    reply.header('www-authenticate', `${CHALLENGE}, error="invalid_token"`);
    throw new Problem('token-refused', {}, { detail: 'The token is none of those that this server knows.' });
  }

  private goesFarEnough(scope: Scope, { method }: FastifyRequest, reply: FastifyReply): true {
    if (scope === 'control' || READING.has(method)) return true;
    this.failures.count('scope');
    // RFC 6750 3.1
    reply.header('www-authenticate', `${CHALLENGE}, error="insufficient_scope", scope="control"`);
    throw new Problem('scope-missing', { scope, needed: 'control' });
  }
}

function tooManyRefusals(seconds: number): Problem {
  const detail = `Too many wrong tokens came from your address. A right one is let in at once, a wrong one not before ${seconds} s.`;
  return new Problem('too-many-requests', { retryAfterSeconds: seconds }, { detail });
}
