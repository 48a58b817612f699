import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../state/api.ts";
import { ProblemMessage } from "../ui/message.tsx";
import { Foreign } from "../ui/foreign.tsx";
import { DropZone } from "./drop-zone.tsx";
import styles from "./ingest.module.css";
import { TaskItem } from "./task-item.tsx";
import { putTask, useTasks } from "./use-tasks.ts";

interface RefusedFile {
  readonly name: string;
  readonly error: unknown;
}

export function AddPage({ collection }: { collection: string }) {
  const queries = useQueryClient();
  const tasks = useTasks();
  const upload = useMutation({
    mutationFn: (files: readonly File[]) => uploadAll(collection, files, (task) => putTask(queries, task)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tasks"] }),
  });
  const own = tasks.data?.filter((task) => task.collection === collection) ?? [];
  return (
    <div className={styles.page}>
      <h1>
        Add documents to <Foreign>{collection}</Foreign>
      </h1>
      <DropZone
        collection={collection}
        busy={upload.isPending ? upload.variables.length : 0}
        onFiles={(files) => upload.mutate(files)}
      />
      {upload.data?.map(({ name, error }) => (
        <ProblemMessage key={name} error={error} what={`${name} was not sent.`} />
      ))}
      {tasks.error && !tasks.data && (
        <ProblemMessage error={tasks.error} what="The tasks were not loaded." retry={() => void tasks.refetch()} />
      )}
      {own.length > 0 && (
        <section className={styles.own}>
          <h2>Files</h2>
          <ul className={styles.tasks}>
            {own.map((task) => (
              <TaskItem key={task.id} task={task} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** One after the other: the server indexes them in turn anyway. A refused file does not stop the next. */
async function uploadAll(
  collection: string,
  files: readonly File[],
  onTask: (task: Awaited<ReturnType<typeof api.upload>>) => void,
) {
  const refused: RefusedFile[] = [];
  for (const file of files) {
    try {
      onTask(await api.upload(collection, file));
    } catch (error) {
      refused.push({ name: file.name, error });
    }
  }
  return refused;
}
