import { asProblem } from "@caerus/api/problem";
import { ErrorState } from "@caerus/ui/notice";

/** What went wrong with a query, in the hub's own words. */
export function Failure({ thrown, retry }: { thrown: unknown; retry: () => void }) {
  const { title, detail, request_id } = asProblem(thrown);
  return (
    <ErrorState title={title} retry={retry}>
      <p>{detail}</p>
      {request_id && <p className="mt-1 text-xs text-muted">Request {request_id}</p>}
    </ErrorState>
  );
}
