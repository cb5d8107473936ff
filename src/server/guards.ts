/** Access control, checked before a request is read. */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from './config.ts';

export interface Denial {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Guards {
  /** The address that is listened on. */
  readonly host: string;
  /** The token that callers must send; undefined allows everybody. */
  readonly token: string | undefined;
}

/**
 * @param isOpen for health checks, which need no token @returns the refusal, or undefined
 */
export function denied(headers: IncomingHttpHeaders, { host, token }: Guards, isOpen: boolean): Denial | undefined {
  if (isLoopback(host) && !namesThisMachine(headers.host)) {
    return {
      status: 403,
      message: 'This Flametide answers only to the name localhost; the request has another host name.',
    };
  }
  if (isForeign(headers)) {
    return { status: 403, message: 'Requests from other pages are refused.' };
  }
  if (token !== undefined && !isOpen && !bears(headers.authorization, token)) {
    return {
      status: 401,
      message: 'The token is missing or wrong: send it as Bearer, or as the password of Basic.',
      headers: { 'WWW-Authenticate': 'Basic realm="Flametide: the token is the password", charset="UTF-8"' },
    };
  }
  return undefined;
}

/**
 * Whether the Host header is a name of this machine, whatever the port: through a tunnel it is another one. A foreign
 * name means that a page elsewhere had its own name point here (DNS rebinding), to read what is served.
 */
function namesThisMachine(host: string | undefined): boolean {
  return isLoopback((host ?? '').toLowerCase().replace(/:\d*$/, ''));
}

/** A browser says where a request comes from; agents and scripts do not. Following a link here is allowed. */
function isForeign(headers: IncomingHttpHeaders): boolean {
  const { origin } = headers;
  if (origin !== undefined) {
    try {
      return new URL(origin).host !== headers.host;
    } catch {
      return true;
    }
  }
  return headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate';
}

function bears(authorization: string | undefined, token: string): boolean {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ', 2);
  if (/^bearer$/i.test(scheme)) return isSame(credentials, token);
  if (!/^basic$/i.test(scheme)) return false;
  const plain = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = plain.indexOf(':');
  return colon >= 0 && isSame(plain.slice(colon + 1), token);
}

/** Constant time, wherever they differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
