import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";

/** The page needs nothing but its own files and its own API: no inline code, no other origin, no HTML from strings. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const HEADERS = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

/** On every answer: an API answer that a browser opens is a document too. */
export const securityHeaders = createMiddleware<AppEnv>(async function securityHeaders(c, next) {
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  // Answers may quote documents: no shared or disk cache keeps them. The page's own files say otherwise for themselves.
  c.header("Cache-Control", "no-store");
  await next();
});
