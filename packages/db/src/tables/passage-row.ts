/** Which passage of which version of a document. */
export interface PassageRow {
  readonly id: string;
  readonly documentId: string;
  readonly chunkNo: number;
  readonly rev: number;
}

export interface ScoredPassage extends PassageRow {
  readonly score: number;
}

export function passageId(documentId: string, chunkNo: number): string {
  return `${documentId}#${chunkNo}`;
}

export function passageRow(id: string, rev: number): PassageRow {
  const separator = id.lastIndexOf("#");
  return { id, documentId: id.slice(0, separator), chunkNo: Number(id.slice(separator + 1)), rev };
}
