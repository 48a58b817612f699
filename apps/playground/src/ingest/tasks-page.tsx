import { formatRoute } from "../state/route.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Message, ProblemMessage } from "../ui/message.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import styles from "./ingest.module.css";
import { TaskItem } from "./task-item.tsx";
import { useTasks } from "./use-tasks.ts";

export function TasksPage() {
  const tasks = useTasks();
  return (
    <div className={styles.page}>
      <h1>Tasks</h1>
      {tasks.error && !tasks.data ? (
        <ProblemMessage error={tasks.error} what="The tasks were not loaded." retry={() => void tasks.refetch()} />
      ) : !tasks.data ? (
        <Skeleton rows={3} />
      ) : tasks.data.length === 0 ? (
        <Message
          title="There are no tasks"
          actions={<ButtonLink href={formatRoute({ page: "collections" })}>Choose a collection</ButtonLink>}
        >
          <p>Files that you add to a collection are indexed as tasks and show up here.</p>
        </Message>
      ) : (
        <ul className={styles.tasks}>
          {tasks.data.map((task) => (
            <TaskItem key={task.id} task={task} withCollection />
          ))}
        </ul>
      )}
    </div>
  );
}
