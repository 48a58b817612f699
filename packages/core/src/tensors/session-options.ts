/** What every session of this library is opened with. */
export function commonOptions(threads: number) {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Batches come in many shapes; a remembered allocation pattern for each costs memory and gained nothing.
    enableMemPattern: false,
    logSeverityLevel: LOG_FATAL,
    // Spinning would take the core that the event loop needs.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  } as const;
}

const LOG_FATAL = 4; // errors are thrown as well; a library does not print them

/** The same for a graph of this library, whose weights lie in files. */
export function sessionOptions({ threads, weightsFolder }: { threads: number; weightsFolder: string }) {
  const { extra, ...options } = commonOptions(threads);
  const session = { ...extra.session, model_external_initializers_file_folder_path: weightsFolder };
  return { ...options, extra: { session } } as const;
}
