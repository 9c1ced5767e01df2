import { Button } from "@caerus/ui/button";
import { useToast } from "@caerus/ui/toast";

/** `what` says what is copied, where several stand beside each other. Browsers have no clipboard for pages over plain HTTP. */
export function CopyButton({ text, what }: { text: string; what?: string }) {
  const toast = useToast();
  if (!("clipboard" in navigator)) return null;
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => toast({ tone: "plain", title: what ? `${what} copied` : "Copied" }),
      () => toast({ tone: "error", title: "The browser did not let us copy" }),
    );
  return (
    <Button onClick={() => void copy()} aria-label={what && `Copy ${what}`}>
      Copy
    </Button>
  );
}
