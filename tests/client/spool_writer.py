"""Run as a process and killed: writes numbered signals, each with the checkpoint that says it was written.

`together` uses the one transaction of `Spool.put`; `split` is the negative control, two transactions.
"""

import sys

from caerus_client.spool import Spool, signal


def main(path: str, mode: str) -> None:
    spool = Spool(path)
    number = int(spool.checkpoint() or b"0")
    print("ready", flush=True)
    while True:
        number += 1
        item = signal(f"setup-{number}", {"number": number})
        if mode == "together":
            spool.put([item], str(number).encode())
        else:
            spool.put([], str(number).encode())
            spool.put([item])


if __name__ == "__main__":
    main(*sys.argv[1:])
