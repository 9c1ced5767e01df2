from tests.client.conftest import hub, ledger, spool

__all__ = ["hub", "ledger", "spool"]
