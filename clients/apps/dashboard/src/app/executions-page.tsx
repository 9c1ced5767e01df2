import { ExecutionList } from "../features/executions/execution-list";

export function ExecutionsPage() {
  return (
    <section aria-labelledby="executions" className="mx-auto max-w-4xl">
      <h1 id="executions" className="mb-3 text-xl font-semibold">
        Executions
      </h1>
      <ExecutionList />
    </section>
  );
}
