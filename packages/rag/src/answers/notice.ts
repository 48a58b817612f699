/** Shown with every answer. Galen quotes documents; whether they are right and apply to the reader, it cannot know. */
export function noticeFor(collectionName: string): string {
  return (
    `This answer is put together from the documents in ${collectionName}. It is not medical advice and may be incomplete ` +
    "or out of date. Check the cited passages before you act on them. In an emergency call your local emergency number."
  );
}
