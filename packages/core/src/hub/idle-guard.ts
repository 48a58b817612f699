/** A signal that fires when nothing has happened for a while, or when another signal does. */
export interface IdleGuard extends Disposable {
  readonly signal: AbortSignal;
  /** Whether it was the silence that made the signal fire. */
  readonly isIdle: () => boolean;
  /** Something happened. */
  readonly touch: () => void;
}

export function idleGuard(milliseconds: number, outer?: AbortSignal): IdleGuard {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), milliseconds);
  return {
    signal: outer === undefined ? silence.signal : AbortSignal.any([outer, silence.signal]),
    isIdle: () => silence.signal.aborted,
    touch: () => void timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
