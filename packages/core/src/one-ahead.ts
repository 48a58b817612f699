/**
 * The items of a generator, of which the next is already being made while the caller works on one: two steps of a
 * pipeline that overlap, with one item between them and no more.
 */
export async function* oneAhead<Item>(source: AsyncGenerator<Item, void, void>): AsyncGenerator<Item, void, void> {
  let next = source.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = source.next();
      next.catch(() => undefined); // heard when the caller comes for it
      yield value;
    }
  } finally {
    await source.return();
  }
}
