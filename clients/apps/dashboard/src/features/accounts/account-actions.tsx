import type { Account } from "@caerus/api/types";
import { Button } from "@caerus/ui/button";
import { useState } from "react";

import { AskOnceMore } from "../../components/ask-once-more";
import { Refusal } from "../../components/refusal";
import { focus } from "../../lib/forms";
import { useAccountAct, useLink } from "./acts";
import { ShownTag } from "./shown-tag";

/** What can be done to an account, one at a time. */
export function AccountActions({ account }: { account: Account }) {
  const act = useAccountAct(account.id);
  const link = useLink();
  // Null until it was asked for; who keeps the account finds the focus where they left.
  const [unlinking, setUnlinking] = useState<boolean | null>(null);
  const turn = (to: boolean) => {
    act.reset();
    setUnlinking(to);
  };
  if (link.data) return <ShownTag linked={link.data} onKept={link.reset} />;
  if (unlinking) return <Unlink sending={act} onConfirm={() => act.mutate("unlink")} onKeep={() => turn(false)} />;
  const { broker, server, login, name } = account;
  return (
    <>
      <Refusal thrown={act.error ?? link.error} />
      <div className="flex flex-wrap gap-2">
        {account.state === "pending" && (
          <>
            <Button tone="primary" busy={act.isPending} onClick={() => act.mutate("verify")} aria-label={`Verify ${name}`}>
              Verify
            </Button>
            <Button busy={link.isPending} onClick={() => link.mutate({ broker, server, login, name })} aria-label={`New tag for ${name}`}>
              New tag
            </Button>
          </>
        )}
        {account.state === "verified" && !account.is_primary && (
          <Button busy={act.isPending} onClick={() => act.mutate("primary")} aria-label={`Make ${name} the primary account`}>
            Make primary
          </Button>
        )}
        <Button tone="sell" ref={unlinking === false ? focus : null} onClick={() => turn(true)} aria-label={`Unlink ${name}`}>
          Unlink
        </Button>
      </div>
    </>
  );
}

interface UnlinkProps {
  sending: { error: unknown; isPending: boolean };
  onConfirm: () => void;
  onKeep: () => void;
}

function Unlink(props: UnlinkProps) {
  return (
    <AskOnceMore act="Unlink it" keep="Keep it" testId="unlink-confirm" {...props}>
      The hub takes nothing more of it, and copies no trades to it. What is known of it is kept, and you can link it again.
    </AskOnceMore>
  );
}
