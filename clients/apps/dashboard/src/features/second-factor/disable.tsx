import { AskOnceMore } from "../../components/ask-once-more";

interface DisableProps {
  sending: { error: unknown; isPending: boolean };
  onConfirm: () => void;
  onKeep: () => void;
}

export function Disable(props: DisableProps) {
  return (
    <AskOnceMore act="Disable the second factor" keep="Keep it" testId="mfa-disable-confirm" {...props}>
      Without it your password alone signs you in. Your recovery codes become void, and you are signed out everywhere but here.
    </AskOnceMore>
  );
}
